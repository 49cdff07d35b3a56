import { relu, sigmoid, softmax } from "@adjoint/ops";
import { adam, sgd } from "@adjoint/optim";
import {
  type AnyTensor,
  add,
  cast,
  div,
  less,
  matmul,
  mul,
  parameter,
  random,
  type Shape,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  accuracy,
  binaryCrossentropy,
  type Callback,
  categoricalCrossentropy,
  constantInitializer,
  dense,
  dropout,
  f1,
  layer,
  type Model,
  meanSquaredError,
  model,
  precision,
  sequential,
  setSeed,
  sparseCategoricalCrossentropy,
  type TrainingOptions,
} from "../../src/index.ts";
import { expectClose, numbersOf, of } from "../close.ts";

const x = of([[1], [2], [3], [4], [5]]);
const y = of([[3], [5], [7], [9], [12]]);

/** `w x + b` from w = b = 0 in float64, with plain gradient descent on the squared error. */
function line(learningRate = 0.01): Model<[number, 1], [number, 1], "float64"> {
  const net = sequential(dense(1, 1, { dtype: "float64", kernelInitializer: constantInitializer(0) }));
  net.compile({ optimizer: sgd(net.parameters(), { learningRate }), loss: meanSquaredError });
  return net;
}

/** The same by plain loops: rows in batches of two, in order. */
function lineByHand(epochs: number, learningRate = 0.01): { losses: number[]; w: number; b: number } {
  const data = [
    [1, 3],
    [2, 5],
    [3, 7],
    [4, 9],
    [5, 12],
  ];
  let [w, b] = [0, 0];
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    let total = 0;
    for (const batch of [data.slice(0, 2), data.slice(2, 4), data.slice(4)]) {
      const residuals = batch.map(([x, y]) => w * x + b - y);
      total += residuals.reduce((sum, r) => sum + r * r, 0);
      const slope = residuals.reduce((sum, r, i) => sum + 2 * r * batch[i][0], 0) / batch.length;
      const offset = residuals.reduce((sum, r) => sum + 2 * r, 0) / batch.length;
      w -= learningRate * slope;
      b -= learningRate * offset;
    }
    losses.push(total / data.length);
  }
  return { losses, w, b };
}

/** Rows that a line tells apart, and a small net for them. */
function separable(): { x: Tensor<[60, 2]>; y: AnyTensor } {
  const points = random.normal(random.key(1), [60, 2]);
  const positive = less(0, sum(points, { axis: 1 })) as AnyTensor;
  return { x: points, y: cast(positive, "int32") as AnyTensor };
}

function net(): Model<[number, 2], [number, 2]> {
  setSeed(3);
  const made = sequential(dense(2, 8), relu, dense(8, 2));
  made.compile({
    optimizer: adam(made.parameters(), { learningRate: 0.01 }),
    loss: sparseCategoricalCrossentropy,
    metrics: ["accuracy"],
  });
  return made;
}

const weightsOf = (made: { stateDict(): Record<string, AnyTensor> }): number[] =>
  Object.values(made.stateDict()).flatMap(numbersOf);

describe("fit", () => {
  test("takes the steps that plain loops take, the partial last batch among them", async () => {
    const made = line();
    const { history, epoch, stopped } = await made.fit(x, y, { epochs: 4, batchSize: 2, shuffle: false });
    const expected = lineByHand(4);
    expect(epoch).toEqual([0, 1, 2, 3]);
    expect(stopped).toBe(false);
    expectClose(of(history.loss), expected.losses, 1e-13);
    expect(history.loss[0]).toBeGreaterThan(history.loss[3]);
    const { "0.weight": weight, "0.bias": bias } = made.stateDict();
    expectClose(weight, [expected.w], 1e-13);
    expectClose(bias, [expected.b], 1e-13);
  });

  test("reports the loss before each update: the first epoch in one batch is the loss at the start", async () => {
    const made = line();
    const { history } = await made.fit(x, y, { batchSize: 5 });
    expectClose(of(history.loss), [(9 + 25 + 49 + 81 + 144) / 5], 1e-15);
  });

  test("learns what can be learnt", async () => {
    const { x: points, y: labels } = separable();
    const made = net();
    const { history } = await made.fit(points, labels, { epochs: 60, batchSize: 16, seed: 1 });
    expect(history.accuracy[59]).toBeGreaterThanOrEqual(0.98);
    expect(history.loss[59]).toBeLessThan(history.loss[0] / 3);
  });

  test("one seed gives one result, bit for bit; another seed another order", async () => {
    const { x: points, y: labels } = separable();
    const run = async (seed: number): Promise<unknown[]> => {
      const made = net();
      const { history } = await made.fit(points, labels, { epochs: 3, batchSize: 16, seed });
      return [history.loss, weightsOf(made)];
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  test("without a seed the process's stream decides, so that setSeed repeats a run", async () => {
    const { x: points, y: labels } = separable();
    const run = async (): Promise<number[]> => {
      const made = net(); // it calls setSeed
      await made.fit(points, labels, { batchSize: 16 });
      return weightsOf(made);
    };
    expect(await run()).toEqual(await run());
  });

  test("every epoch sees every row once, in another order", async () => {
    const seen: number[][] = [[]];
    const spy = sequential(dense(1, 1, { dtype: "float64" }));
    // The running loss of one-row batches tells which row was seen: the model stays as it is with learning rate 0.
    spy.compile({
      optimizer: sgd(spy.parameters(), { learningRate: 0 }),
      loss: (outputs: AnyTensor, labels: AnyTensor) => sum(add(mul(outputs, 0), labels)),
    });
    const rows = [1, 2, 4, 8, 16];
    let total = 0;
    const watch: Callback = {
      onBatchEnd(step, logs) {
        const now = logs.loss * (step + 1);
        seen[seen.length - 1].push(Math.round(now - (step === 0 ? 0 : total)));
        total = now;
      },
      onEpochEnd() {
        seen.push([]);
      },
    };
    await spy.fit(of(rows.map((row) => [row])), of(rows.map((row) => [row])), {
      epochs: 3,
      batchSize: 1,
      seed: 5,
      callbacks: [watch],
    });
    const epochs = seen.slice(0, 3);
    for (const order of epochs) expect([...order].sort((a, b) => a - b)).toEqual(rows);
    expect(new Set(epochs.map(String)).size).toBeGreaterThan(1);
  });

  test("the model is traced once for each shape of batch, however many epochs", async () => {
    let calls = 0;
    const weight = parameter(zeros([1, 1], { dtype: "float64" }));
    const counted = model(
      layer({ weight }, (input: Tensor<[number, 1], "float64">) => {
        calls++;
        return matmul(input, weight);
      }),
    );
    counted.compile({ optimizer: sgd(counted.parameters()), loss: meanSquaredError });
    await counted.fit(x, y, { epochs: 3, batchSize: 2 });
    // Once for the shapes of the totals, once for two rows, once for the last one.
    expect(calls).toBe(3);
  });

  test("a step that throws changes nothing: parameters, optimizer, random keys", async () => {
    const made = sequential(dense(2, 3), dropout(0.5), dense(3, 2));
    const optimizer = adam(made.parameters());
    made.compile({ optimizer, loss: sparseCategoricalCrossentropy });
    const [before, state] = [weightsOf(made), optimizer.stateDict()];
    const bad = tensor(Int32Array.of(0, 1, 2));
    await expect(made.fit(zeros([3, 2]), bad)).rejects.toThrow(
      "sparseCategoricalCrossentropy: label 2 is out of range for 2 classes; expected 0 to 1",
    );
    expect(weightsOf(made)).toEqual(before);
    expect(Object.values(optimizer.stateDict()).map(numbersOf)).toEqual(Object.values(state).map(numbersOf));
  });

  test("dropout works in training alone", async () => {
    const made = sequential(
      dense(1, 1, { dtype: "float64", kernelInitializer: constantInitializer(1) }),
      dropout(0.25),
    );
    made.compile({ optimizer: sgd(made.parameters(), { learningRate: 0 }), loss: meanSquaredError });
    const same = { batchSize: 5, shuffle: false };
    const { history } = await made.fit(x, x, { epochs: 3, ...same });
    expect(new Set(history.loss).size).toBe(3);
    expect((await made.evaluate(x, x)).loss).toBe(0);
    expect(numbersOf((await made.predict(x)) as AnyTensor)).toEqual(numbersOf(x));
  });

  test("takes typed arrays, arrays of files, and uint8 pixels as they are", async () => {
    const made = sequential(
      (pixels: Tensor<[number, 2]>) => div(pixels, 255),
      dense(2, 2, { kernelInitializer: constantInitializer(0.5) }),
    );
    made.compile({
      optimizer: sgd(made.parameters(), { learningRate: 0 }),
      loss: sparseCategoricalCrossentropy,
      metrics: ["accuracy"],
    });
    const pixels = { dtype: "uint8", shape: [2, 2], values: Uint8Array.of(255, 0, 0, 255) } as const;
    const { history } = await made.fit(pixels, Int32Array.of(0, 1));
    expectClose(of(history.loss), [Math.LN2], 1e-6);
    expect((await made.evaluate(pixels, Uint8Array.of(0, 1))).accuracy).toBe(0.5);
    expect((await made.predict(pixels)).shape).toEqual([2, 2]);
  });

  describe("validation", () => {
    test("validationSplit takes the last rows, and validationData is the same", async () => {
      const rows = (from: number, to: number): AnyTensor =>
        of(
          numbersOf(x)
            .slice(from, to)
            .map((one) => [one]),
        );
      const labels = (from: number, to: number): AnyTensor =>
        of(
          numbersOf(y)
            .slice(from, to)
            .map((one) => [one]),
        );
      const options = { epochs: 2, batchSize: 2, shuffle: false };
      const split = await line().fit(x, y, { ...options, validationSplit: 0.4 });
      const given = await line().fit(rows(0, 3), labels(0, 3), {
        ...options,
        validationData: [rows(3, 5), labels(3, 5)],
      });
      expect(split).toEqual(given);
      expect(Object.keys(split.history)).toEqual(["loss", "validationLoss"]);
    });

    test("is what evaluate gives after the last epoch", async () => {
      const { x: points, y: labels } = separable();
      const made = net();
      const { history } = await made.fit(points, labels, { epochs: 2, validationData: [points, labels] });
      const after = await made.evaluate(points, labels);
      expect(after).toEqual({ loss: history.validationLoss[1], accuracy: history.validationAccuracy[1] });
    });

    test("errors", async () => {
      const made = line();
      await expect(made.fit(x, y, { validationSplit: 0.05 })).rejects.toThrow(
        "fit: validationSplit is 0.05 of 5 rows; expected a share between 0 and 1 that leaves a row on both sides",
      );
      await expect(made.fit(x, y, { validationSplit: 0.4, validationData: [x, y] })).rejects.toThrow(
        "fit: validationData and validationSplit are both given; expected at most one",
      );
    });
  });

  describe('metrics: ["accuracy"] follows the loss', () => {
    const outputs = of([[-1], [0.25], [0.75], [2]]);
    const truth = of([[0], [1], [1], [1]]);
    const identity = (): Model<[number, 1], [number, 1], "float64"> => {
      const made = sequential(dense(1, 1, { dtype: "float64", kernelInitializer: constantInitializer(1) }));
      return made;
    };
    const accuracyWith = async (
      loss: TrainingOptions["loss"],
      labels: AnyTensor,
      inputs = outputs,
    ): Promise<number> => {
      const made = identity();
      made.compile({ optimizer: sgd(made.parameters()), loss, metrics: ["accuracy"] });
      return (await made.evaluate(inputs, labels)).accuracy;
    };

    test("threshold 0 on logits, ½ on probabilities", async () => {
      expect(await accuracyWith(binaryCrossentropy, truth)).toBe(1);
      const probabilities = of([[0.1], [0.25], [0.75], [0.9]]);
      const ofProbabilities = binaryCrossentropy.with({ fromLogits: false });
      expect(await accuracyWith(ofProbabilities, truth, probabilities)).toBe(0.75);
    });

    test("the largest output for classes, by index or one-hot, without ignored rows", async () => {
      const two = (): Model<[number, 2], [number, 2], "float64"> =>
        sequential(
          dense(2, 2, {
            dtype: "float64",
            useBias: false,
            kernelInitializer: (_, shape, dtype) =>
              cast(
                tensor(
                  [
                    [1, 0],
                    [0, 1],
                  ],
                  shape,
                ),
                dtype,
              ),
          }),
        );
      const z = of([
        [2, 1],
        [1, 2],
        [2, 1],
      ]);
      const shareOf = async (loss: TrainingOptions["loss"], labels: AnyTensor): Promise<number> => {
        const made = two();
        made.compile({ optimizer: sgd(made.parameters()), loss, metrics: ["accuracy"] });
        return (await made.evaluate(z, labels)).accuracy;
      };
      expect(await shareOf(sparseCategoricalCrossentropy, of([0, 1, 1], "int32"))).toBe(2 / 3);
      expect(
        await shareOf(
          categoricalCrossentropy,
          of([
            [1, 0],
            [0, 1],
            [0, 1],
          ]),
        ),
      ).toBe(2 / 3);
      const ignoring = sparseCategoricalCrossentropy.with({ ignoreIndex: 9 });
      expect(await shareOf(ignoring, of([0, 1, 9], "int32"))).toBe(1);
    });

    test("a loss without right or wrong has none", async () => {
      await expect(accuracyWith(meanSquaredError, truth)).rejects.toThrow(
        'compile: metrics has "accuracy", but meanSquaredError does not say what is right; give a metric such as binaryAccuracy()',
      );
    });
  });

  test("metrics may be functions of one's own, whose mean over the rows is reported", async () => {
    const made = line();
    const bias = (outputs: AnyTensor, labels: AnyTensor): AnyTensor =>
      div(sum(sub(outputs, labels)), outputs.shape[0]) as AnyTensor;
    made.compile({ optimizer: sgd(made.parameters()), loss: meanSquaredError, metrics: [bias] });
    expectClose(of((await made.evaluate(x, y, { batchSize: 2 })).bias), [-36 / 5], 1e-15);
  });

  test("a loss of one's own", async () => {
    const made = line();
    made.compile({
      optimizer: sgd(made.parameters(), { learningRate: 0.01 }),
      loss: (outputs: AnyTensor, labels: AnyTensor) =>
        div(sum(mul(sub(outputs, labels), sub(outputs, labels)) as AnyTensor), outputs.size),
    });
    const { history } = await made.fit(x, y, { epochs: 2, batchSize: 2, shuffle: false });
    expectClose(of(history.loss), lineByHand(2).losses, 1e-13);
  });

  describe("predict", () => {
    test("is the model's outputs, whatever the batch size", async () => {
      const made = net();
      const { x: points } = separable();
      const expected = numbersOf(made(points));
      for (const batchSize of [1, 7, 60, 100])
        expect(numbersOf((await made.predict(points, { batchSize })) as AnyTensor)).toEqual(expected);
      expect(softmax(await made.predict(points)).shape).toEqual([60, 2]);
    });

    test("needs no compile; no rows are an error", async () => {
      const made = sequential(dense(2, 3));
      expect((await made.predict(zeros([4, 2]))).shape).toEqual([4, 3]);
      await expect(made.predict(zeros([0, 2]))).rejects.toThrow("predict: the data has no rows");
    });
  });

  describe("callbacks", () => {
    test("are called in order, with epochs and steps counted from 0", async () => {
      const calls: string[] = [];
      const watch: Callback = {
        onTrainBegin: ({ epochs, steps }) => {
          calls.push(`begin ${epochs} epochs of ${steps} steps`);
        },
        onEpochBegin: (epoch) => {
          calls.push(`epoch ${epoch}`);
        },
        onBatchEnd: async (step) => {
          await Promise.resolve();
          calls.push(`step ${step}`);
        },
        onEpochEnd: (epoch, logs) => {
          calls.push(`end of epoch ${epoch}: ${Object.keys(logs)}`);
          logs.extra = epoch * 10;
        },
        onTrainEnd: () => {
          calls.push("end");
        },
      };
      const { history } = await line().fit(x, y, { epochs: 2, batchSize: 3, callbacks: [watch] });
      expect(calls).toEqual([
        "begin 2 epochs of 2 steps",
        "epoch 0",
        "step 0",
        "step 1",
        "end of epoch 0: loss",
        "epoch 1",
        "step 0",
        "step 1",
        "end of epoch 1: loss",
        "end",
      ]);
      expect(history.extra).toEqual([0, 10]);
    });

    test("stop in onEpochEnd ends after that epoch", async () => {
      const result = await line().fit(x, y, {
        epochs: 9,
        callbacks: [{ onEpochEnd: (epoch, _, { stop }) => (epoch === 1 ? stop() : undefined) }],
      });
      expect([result.epoch, result.stopped]).toEqual([[0, 1], true]);
    });

    test("stop in onBatchEnd ends after that step, whose epoch stays out of the history", async () => {
      const made = line();
      const result = await made.fit(x, y, {
        epochs: 9,
        batchSize: 2,
        shuffle: false,
        callbacks: [{ onBatchEnd: (step, _, { stop }) => (step === 1 ? stop() : undefined) }],
      });
      expect(result).toEqual({ epoch: [], history: {}, stopped: true });
      const other = line();
      await other.fit(of([[1], [2], [3], [4]]), of([[3], [5], [7], [9]]), { batchSize: 2, shuffle: false });
      expect(weightsOf(made)).toEqual(weightsOf(other));
    });

    test("logs of a step are those of the epoch so far", async () => {
      const losses: number[] = [];
      const { history } = await line().fit(x, y, {
        batchSize: 2,
        callbacks: [{ onBatchEnd: (_, logs) => void losses.push(logs.loss) }],
      });
      expect(losses[2]).toBe(history.loss[0]);
      expect(losses[0]).not.toBe(losses[1]);
    });
  });

  describe("the loss is that of all rows at once, whatever the size of the batches", () => {
    const outputs = random.normal(random.key(1), [7, 3], { dtype: "float64" });
    const labels = tensor([0, 1, 2, -1, -1, -1, 1], { dtype: "int32" });
    const allCounted = tensor([0, 1, 2, 2, 2, 2, 1], { dtype: "int32" });
    const oneHot = of([0, 1, 2, 2, 2, 2, 1].map((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0))));
    const sparse = sparseCategoricalCrossentropy;
    const cases: [string, TrainingOptions["loss"], AnyTensor][] = [
      ["plain", sparse, allCounted],
      ["ignoreIndex", sparse.with({ ignoreIndex: -1 }), labels],
      [
        "no row that counts",
        sparse.with({ ignoreIndex: -1 }),
        tensor(Int32Array.from({ length: 7 }, () => -1)),
      ],
      ["classWeights", sparse.with({ classWeights: [1, 10, 100] }), allCounted],
      ["classWeights of one-hot rows", categoricalCrossentropy.with({ classWeights: [1, 10, 100] }), oneHot],
      ["classWeights and ignoreIndex", sparse.with({ classWeights: [1, 10, 100], ignoreIndex: -1 }), labels],
      ["sum", sparse.with({ reduction: "sum" }), allCounted],
      ["sum of elements", meanSquaredError.with({ reduction: "sum" }), oneHot],
      ["mean of elements", meanSquaredError, oneHot],
    ];
    describe.each(cases)("%s", (_, loss, y) => {
      test.each([1, 2, 4, 7])("in batches of %i", async (batchSize) => {
        // A rate of 0, so that training sees the same model at each step.
        const same = parameter(tensor([1], { dtype: "float64" }));
        const made = model(layer({ same }, (x: Tensor<[number, 3], "float64">) => mul(x, same)));
        made.compile({ optimizer: sgd(made.parameters(), { learningRate: 0 }), loss });
        const expected = (loss as (outputs: AnyTensor, labels: AnyTensor) => AnyTensor)(outputs, y);
        const { history } = await made.fit(outputs, y, { batchSize, validationData: [outputs, y] });
        const { loss: evaluated } = await made.evaluate(outputs, y, { batchSize });
        expectClose(
          of([evaluated, history.loss[0], history.validationLoss[0]]),
          new Array(3).fill(expected.item()),
          1e-14,
        );
      });
    });
  });

  test("a layer that counts its calls counts the steps, not what is asked for shapes", async () => {
    const count = parameter(tensor(0), { trainable: false });
    const counted = layer({ count }, <S extends Shape>(x: Tensor<S>): Tensor<S> => {
      count.assign(add(count, 1));
      return x;
    });
    const made = sequential(counted, dense(1, 1));
    made.compile({ optimizer: sgd(made.parameters()), loss: meanSquaredError });
    await made.fit(zeros([4, 1]), zeros([4, 1]), { batchSize: 2 });
    expect(count.item()).toBe(2);
    made.summary({ inputShape: [1], log: () => {} });
    expect(count.item()).toBe(2);
  });

  describe("errors", () => {
    test("before compile", async () => {
      const made = sequential(dense(1, 1));
      const message = "the model is not compiled; call model.compile({ optimizer, loss }) first";
      await expect(made.fit(zeros([1, 1]), zeros([1, 1]))).rejects.toThrow(`fit: ${message}`);
      await expect(made.evaluate(zeros([1, 1]), zeros([1, 1]))).rejects.toThrow(`evaluate: ${message}`);
    });

    test("of compile", () => {
      const made = sequential(dense(2, 2));
      const optimizer = sgd(made.parameters());
      const compile = (options: object) => () => made.compile(options as TrainingOptions);
      expect(compile({ optimizer: "adam", loss: meanSquaredError })).toThrow(
        'compile: optimizer is "adam"; expected one such as adam(model.parameters())',
      );
      expect(compile({ optimizer, loss: "mse" })).toThrow(
        'compile: loss is "mse"; expected a function such as sparseCategoricalCrossentropy',
      );
      expect(compile({ optimizer, loss: meanSquaredError, metric: [] })).toThrow(
        'compile: unknown option "metric"; did you mean "metrics"?',
      );
      expect(compile({ optimizer, loss: sparseCategoricalCrossentropy, metrics: ["acuracy"] })).toThrow(
        'compile: unknown metric "acuracy"; did you mean "accuracy"?',
      );
      expect(
        compile({ optimizer, loss: sparseCategoricalCrossentropy, metrics: ["accuracy", accuracy] }),
      ).toThrow('compile: two of loss, accuracy, accuracy are called "accuracy"; give metrics other names');
    });

    test("of data and metrics in a form that is none", async () => {
      const made = line();
      const message =
        "expected a tensor, a typed array or { dtype, shape, values }; tensor(...) makes one of nested arrays";
      await expect(made.predict([x, x] as never)).rejects.toThrow(`predict: x is an array; ${message}`);
      await expect(made.fit([[1], [2]] as never, y)).rejects.toThrow(`fit: x is an array; ${message}`);
      await expect(made.evaluate(x, undefined as never)).rejects.toThrow(
        `evaluate: y is undefined; ${message}`,
      );
      await expect(made.fit(x, y, { validationData: x as never })).rejects.toThrow(
        "fit: validationData is a tensor [5, 1]; expected inputs and labels, [x, y]",
      );
      const metrics = (given: unknown) => (): void =>
        made.compile({ optimizer: sgd(made.parameters()), loss: meanSquaredError, metrics: given as never });
      expect(metrics("accuracy")).toThrow(
        'compile: metrics is "accuracy"; expected a list such as ["accuracy"]',
      );
      expect(metrics(accuracy)).toThrow("compile: metrics is the function accuracy; expected a list");
      metrics([
        function share() {
          return precision();
        },
      ])();
      await expect(made.fit(x, y)).rejects.toThrow(
        "compile: the metric share gives the function precision; expected a scalar tensor of outputs and labels; call it: share()",
      );
    });

    test("of fit", async () => {
      const made = line();
      await expect(made.fit(x, y, { epoch: 3 } as never)).rejects.toThrow(
        'fit: unknown option "epoch"; did you mean "epochs"?',
      );
      await expect(made.fit(x, y, { epochs: -1 })).rejects.toThrow(
        "fit: epochs is -1; expected a whole number from 0",
      );
      await expect(made.fit(x, y, { batchSize: 0 })).rejects.toThrow(
        "fit: batchSize is 0; expected a whole number from 1",
      );
      await expect(made.fit(zeros([0, 1]), zeros([0, 1]))).rejects.toThrow("fit: the data has no rows");
      await expect(made.fit(x, zeros([4, 1]))).rejects.toThrow("5 rows");
      made.compile({ optimizer: sgd(made.parameters()), loss: meanSquaredError.with({ reduction: "none" }) });
      await expect(made.fit(x, y)).rejects.toThrow(
        "fit: the loss gives shape [5, 1]; expected a scalar: reduce it with sum or mean",
      );
      const classes = net();
      classes.compile({
        optimizer: sgd(classes.parameters()),
        loss: sparseCategoricalCrossentropy,
        metrics: [f1({ average: "none" })],
      });
      await expect(classes.fit(zeros([2, 2]), Int32Array.of(0, 1))).rejects.toThrow(
        "fit: metric f1 gives shape [2]; expected a scalar: choose another average",
      );
    });
  });

  test("no epochs: nothing happens", async () => {
    const made = line();
    expect(await made.fit(x, y, { epochs: 0 })).toEqual({ epoch: [], history: {}, stopped: false });
    expect(weightsOf(made)).toEqual([0, 0]);
  });

  test("types: inputs that do not fit do not compile; predictions keep the rows", async () => {
    const made = net();
    const typesOnly = async (): Promise<void> => {
      // @ts-expect-error layer: [60, 3] has 3 features; expected 2 features
      await made.fit(zeros([60, 3]), Int32Array.of(0));
      // @ts-expect-error layer: [60, 3] has 3 features; expected 2 features
      await made.predict(zeros([60, 3]));
      // @ts-expect-error there is no such option
      await made.fit(zeros([60, 2]), Int32Array.of(0), { epoch: 3 });
      // @ts-expect-error an optimizer is no name
      made.compile({ optimizer: "adam", loss: meanSquaredError });
      // @ts-expect-error there is no such metric
      made.compile({ optimizer: sgd(made.parameters()), loss: meanSquaredError, metrics: ["acc"] });
    };
    expect(typesOnly).toBeTypeOf("function");
    expectTypeOf(await made.predict(zeros([60, 2]))).toEqualTypeOf<Tensor<[60, 2]>>();
    expectTypeOf(sigmoid(await made.predict(zeros([60, 2])))).toEqualTypeOf<Tensor<[60, 2]>>();
    made.compile({
      optimizer: sgd(made.parameters()),
      loss: sparseCategoricalCrossentropy,
      metrics: [precision()],
    });
  });
});
