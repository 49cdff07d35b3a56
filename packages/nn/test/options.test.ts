import { dataset } from "@adjoint/data";
import { sgd } from "@adjoint/optim";
import { type AnyTensor, ones, parameter, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import {
  binaryCrossentropy,
  constantInitializer,
  dense,
  huber,
  maxPooling2d,
  meanSquaredError,
  orthogonal,
  sequential,
  truncatedNormal,
} from "../src/index.ts";
import { checkBoolean, checkNumber, checkOptions, checkWhole } from "../src/options.ts";

const known = {
  fromLogits: true,
  labelSmoothing: true,
  classWeights: true,
  learningRate: true,
  reduction: true,
};
describe("checkOptions", () => {
  test("names the nearest option, or all of them", () => {
    expect(() => checkOptions("loss", { fromlogits: true }, known)).toThrow(
      'loss: unknown option "fromlogits"; did you mean "fromLogits"?',
    );
    expect(() => checkOptions("loss", { reduction: "sum" }, known)).not.toThrow();
  });
});

describe("options that are not an object are refused where they are given", () => {
  const w = [parameter(tensor([1]) as AnyTensor)];
  const x = tensor([3]);
  test.each([
    [
      () => sgd(w, 0.1 as never),
      "sgd: the options are 0.1; expected an object of them, such as { learningRate: 0.1 }",
    ],
    [
      () => sgd(w, null as never),
      "sgd: the options are null; expected an object of them, such as { learningRate: … }",
    ],
    [() => sgd(w, [0.1] as never), "sgd: the options are an array;"],
    [
      () => huber(x, x, 0.5 as never),
      "huber: the options are 0.5; expected an object of them, such as { delta: 0.5 }",
    ],
    [() => huber(x, x, x as never), "huber: the options are a tensor [1];"],
    [() => binaryCrossentropy(x, x, false as never), "such as { fromLogits: false }"],
    [() => maxPooling2d(3 as never), "such as { kernelSize: 3 }"],
    [
      () => dense(2, 2, "relu" as never),
      'dense: the options are "relu"; expected an object of them, such as { activation: "relu" }',
    ],
    [() => dense(2, 2, null as never), "dense: the options are null;"],
    [
      () => dataset(ones([100, 2])).batches(10 as never),
      "dataset.batches: the options are 10; expected an object of them, such as { batchSize: 10 }",
    ],
    [() => dataset(ones([100, 2])).split(0.5, 3 as never), "such as { shuffle: 3 }"],
    [() => truncatedNormal(0.5 as never), "such as { standardDeviation: 0.5 }"],
  ])("%s", (call, message) => {
    expect(call).toThrow(message);
  });

  test("in fit, evaluate and predict", async () => {
    const net = sequential(dense(2, 2));
    net.compile({ optimizer: sgd(net.parameters()), loss: meanSquaredError });
    const rows = ones([4, 2]);
    await expect(net.fit(rows, rows, 5 as never)).rejects.toThrow(
      "fit: the options are 5; expected an object of them, such as { epochs: 5 }",
    );
    await expect(net.evaluate(rows, rows, 2 as never)).rejects.toThrow("such as { batchSize: 2 }");
    await expect(net.predict(rows, 2 as never)).rejects.toThrow("such as { batchSize: 2 }");
  });
});

test("names that are no options are refused where they were ignored", () => {
  const rows = dataset(ones([100, 2]));
  expect(() => rows.batches({ batch_size: 10 } as never)).toThrow(
    'dataset.batches: unknown option "batch_size"; did you mean "batchSize"?',
  );
  expect(() => rows.split(0.5, { seed: 3 } as never)).toThrow(
    'dataset.split: unknown option "seed"; expected one of shuffle',
  );
  expect(() => truncatedNormal({ stddev: 5 } as never)).toThrow('truncatedNormal: unknown option "stddev"');
  expect(() => orthogonal({ scale: 5 } as never)).toThrow('orthogonal: unknown option "scale"');
  expect(() => constantInitializer(undefined as never)).toThrow(
    "constantInitializer: value is undefined; expected a finite number",
  );
  expect(() => constantInitializer("a" as never)).toThrow(
    'constantInitializer: value is "a"; expected a finite number',
  );
});

test("checkNumber and checkBoolean", () => {
  expect(() => checkNumber("dropout", "rate", null as never, { from: 0, to: 1 })).toThrow(
    "dropout: rate is null; expected a number from 0 to 1",
  );
  expect(() => checkNumber("dropout", "rate", true as never, { from: 0, to: 1 })).toThrow("rate is true;");
  expect(() => checkNumber("op", "gain", Number.NaN)).toThrow("op: gain is NaN; expected a finite number");
  for (const end of [0, 1])
    expect(() => checkNumber("dropout", "rate", end, { from: 0, to: 1 })).not.toThrow();
  expect(() => checkBoolean("loss", "fromLogits", "false" as never)).toThrow(
    'loss: fromLogits is "false"; expected true or false',
  );
});

test("checkWhole", () => {
  expect(() => checkWhole("fit", "epochs", 1.5, 0)).toThrow(
    "fit: epochs is 1.5; expected a whole number from 0",
  );
  expect(() => checkWhole("fit", "epochs", "3" as never, 0)).toThrow(
    'fit: epochs is "3"; expected a whole number from 0',
  );
  expect(() => checkWhole("fit", "epochs", 0, 0)).not.toThrow();
});
