import { adam, constant, sgd } from "@adjoint/optim";
import { describe, expect, test } from "vitest";
import {
  type Callback,
  constantInitializer,
  dense,
  earlyStopping,
  learningRateScheduler,
  logging,
  type Model,
  meanSquaredError,
  sequential,
} from "../../src/index.ts";
import { numbersOf, of } from "../close.ts";
import { printed } from "../printed.ts";

const x = of([[1], [2]]);
const y = of([[1], [2]]);

/** `w x` from w = 0, in float64. Its loss is that of w on the whole data, before each update. */
function slope(learningRate = 0.1): Model<[number, 1], [number, 1], "float64"> {
  const net = sequential(
    dense(1, 1, { dtype: "float64", useBias: false, kernelInitializer: constantInitializer(0) }),
  );
  net.compile({ optimizer: sgd(net.parameters(), { learningRate }), loss: meanSquaredError });
  return net;
}

const weightOf = (net: Model<[number, 1], [number, 1], "float64">): number =>
  numbersOf(net.stateDict()["0.weight"])[0];

/** Writes values of its own into the logs, as if they had been measured, and the weight at each epoch. */
function measured(name: string, values: readonly number[], weights: number[] = []): Callback {
  return {
    onEpochEnd(epoch, logs, { model }) {
      logs[name] = values[epoch];
      weights.push(numbersOf(model.stateDict()["0.weight"])[0]);
    },
  };
}

describe("earlyStopping", () => {
  const run = async (
    values: readonly number[],
    options: Parameters<typeof earlyStopping>[0],
    name = "validationLoss",
  ): Promise<{ epochs: number; best: number | undefined; weight: number; weights: number[] }> => {
    const net = slope();
    const weights: number[] = [];
    const stopping = earlyStopping(options);
    const { epoch } = await net.fit(x, y, {
      epochs: values.length,
      callbacks: [measured(name, values, weights), stopping],
    });
    return { epochs: epoch.length, best: stopping.best?.epoch, weight: weightOf(net), weights };
  };

  test("ends at the first epoch without improvement", async () => {
    expect(await run([5, 4, 4, 3], {})).toMatchObject({ epochs: 3, best: 1 });
  });

  test("waits for patience epochs, counted from the last improvement", async () => {
    expect(await run([5, 6, 6, 4, 5, 5, 5, 1], { patience: 3 })).toMatchObject({ epochs: 7, best: 3 });
  });

  test("an improvement is more than minDelta", async () => {
    expect(await run([5, 4.6, 4.5, 3.9], { minDelta: 0.5, patience: 2 })).toMatchObject({
      epochs: 3,
      best: 0,
    });
    expect(await run([5, 4.4, 4, 3.85], { minDelta: 0.5, patience: 2 })).toMatchObject({
      epochs: 4,
      best: 3,
    });
  });

  test("accuracy should grow, losses shrink, and mode decides for all others", async () => {
    expect(
      await run([0.5, 0.6, 0.7, 0.6], { monitor: "validationAccuracy" }, "validationAccuracy"),
    ).toMatchObject({
      epochs: 4,
      best: 2,
    });
    expect(await run([1, 2, 3, 2], { monitor: "score", mode: "max" }, "score")).toMatchObject({ best: 2 });
    expect(await run([1, 2, 3, 2], { monitor: "score" }, "score")).toMatchObject({ epochs: 2, best: 0 });
  });

  test("NaN is no improvement", async () => {
    expect(await run([Number.NaN, 4, Number.NaN, 3], { patience: 1 })).toMatchObject({
      epochs: 1,
      best: undefined,
    });
    expect(await run([5, Number.NaN, Number.NaN, 3], { patience: 2 })).toMatchObject({ epochs: 3, best: 0 });
  });

  test("restoreBest gives back the parameters of the best epoch, also when all epochs were run", async () => {
    const stopped = await run([5, 3, 4, 4], { patience: 2, restoreBest: true });
    expect(stopped.epochs).toBe(4);
    expect(stopped.weight).toBe(stopped.weights[1]);
    expect(stopped.weights[3]).not.toBe(stopped.weights[1]);
    const complete = await run([5, 3, 4], { patience: 9, restoreBest: true });
    expect(complete.weight).toBe(complete.weights[1]);
    const kept = await run([5, 3, 4, 4], { patience: 2 });
    expect(kept.weight).toBe(kept.weights[3]);
  });

  test("starts anew with each fit", async () => {
    const stopping = earlyStopping({ monitor: "loss", patience: 1 });
    const net = slope();
    await net.fit(x, y, { epochs: 3, callbacks: [stopping] });
    expect(stopping.best?.epoch).toBe(2);
    await net.fit(x, of([[100], [200]]), { epochs: 2, callbacks: [stopping] });
    expect(stopping.best?.epoch).toBe(1);
  });

  test("what is no list of callbacks, and a misspelt one, which would never be called", async () => {
    const fit = (callbacks: unknown) => slope().fit(x, y, { callbacks: callbacks as never });
    await expect(fit(earlyStopping())).rejects.toThrow(
      "fit: callbacks is an object; expected a list, such as [earlyStopping()]",
    );
    await expect(fit([() => {}])).rejects.toThrow(
      "fit: callbacks[0] is a function; expected an object with functions, such as { onEpochEnd(epoch, logs) {} }",
    );
    await expect(fit([{}, { onEpochEnds() {} }])).rejects.toThrow(
      "fit: callbacks[1] has onEpochEnds, which is never called; did you mean onEpochEnd?",
    );
    await expect(fit([{ on_epoch_end() {} }])).rejects.toThrow("did you mean onEpochEnd?");
    class Misspelt {
      onTrainBegins(): void {}
    }
    await expect(fit([new Misspelt()])).rejects.toThrow("did you mean onTrainBegin?");
  });

  test("a rate or a schedule in the place of a function of the epoch", () => {
    expect(() => learningRateScheduler(0.1 as never)).toThrow(
      "learningRateScheduler: rate is 0.1; expected a function of the epoch and the present rate; a fixed rate is the optimizer's own",
    );
    expect(() => learningRateScheduler(constant(0.1) as never)).toThrow(
      "learningRateScheduler: rate is a schedule of steps; expected a function of the epoch and the present rate; give the schedule to the optimizer, as its learningRate",
    );
  });

  test("a value that is logged in some epochs only keeps their places in the history", async () => {
    const { history } = await slope().fit(x, y, {
      epochs: 4,
      callbacks: [
        {
          onEpochEnd: (epoch, logs) => {
            if (epoch % 2 === 1) logs.odd = epoch;
          },
        },
      ],
    });
    expect(history.odd).toEqual([Number.NaN, 1, Number.NaN, 3]);
  });

  test("a value that is not there", async () => {
    await expect(slope().fit(x, y, { callbacks: [earlyStopping()] })).rejects.toThrow(
      'earlyStopping: "validationLoss" is not among loss; give fit validationData or validationSplit',
    );
    await expect(slope().fit(x, y, { callbacks: [earlyStopping({ monitor: "f1" })] })).rejects.toThrow(
      'earlyStopping: "f1" is not among loss',
    );
  });

  test("options", () => {
    expect(() => earlyStopping({ restoreBestWeights: true } as never)).toThrow(
      'earlyStopping: unknown option "restoreBestWeights"',
    );
    expect(() => earlyStopping({ patience: -1 })).toThrow(
      "earlyStopping: patience is -1; expected a whole number from 0",
    );
    expect(() => earlyStopping({ minDelta: -1 })).toThrow(
      "earlyStopping: minDelta is -1; expected a number from 0",
    );
    expect(() => earlyStopping({ mode: "least" as never })).toThrow(
      'earlyStopping: mode is "least"; expected "auto", "min" or "max"',
    );
  });
});

describe("learningRateScheduler", () => {
  test("sets the rate of each epoch, in steps that are compiled already", async () => {
    const net = slope();
    const { history } = await net.fit(x, y, {
      epochs: 3,
      callbacks: [learningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 10))],
    });
    expect(history.learningRate).toEqual([0.1, 0.01, 0.01 / 10]);
    // w ← w − rate · 5 (w − 1), as Σ 2 x (w x − x) / 2 is 5 (w − 1).
    const expected = history.learningRate.reduce((w, rate) => w - rate * 5 * (w - 1), 0);
    expect(Math.abs(weightOf(net) - expected)).toBeLessThan(1e-15);
  });

  test("takes the place of a schedule", async () => {
    const net = slope();
    net.compile({ optimizer: sgd(net.parameters(), { learningRate: constant(5) }), loss: meanSquaredError });
    const { history } = await net.fit(x, y, { callbacks: [learningRateScheduler(() => 0.5)] });
    expect(history.learningRate).toEqual([0.5]);
  });
});

describe("logging", () => {
  test("writes a line for each epoch", async () => {
    const lines: string[] = [];
    await slope().fit(x, y, {
      epochs: 2,
      validationData: [x, y],
      callbacks: [logging({ log: (line) => void lines.push(line) })],
    });
    expect(lines).toEqual([
      "epoch 1/2: loss 2.5, validationLoss 0.625",
      "epoch 2/2: loss 0.625, validationLoss 0.1563",
    ]);
  });

  test("verbose writes them to the console", async () => {
    expect(await printed(() => slope().fit(x, y, { verbose: true }))).toEqual(["epoch 1/1: loss 2.5"]);
  });
});

test("callbacks see the model and the optimizer", async () => {
  const net = sequential(dense(1, 1, { dtype: "float64" }));
  const optimizer = adam(net.parameters());
  net.compile({ optimizer, loss: meanSquaredError });
  const seen: unknown[] = [];
  await net.fit(x, y, {
    callbacks: [{ onTrainBegin: (training) => void seen.push(training.model, training.optimizer) }],
  });
  expect(seen).toEqual([net, optimizer]);
});
