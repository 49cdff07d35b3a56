import { sigmoid, softmax } from "@adjoint/ops";
import { type AnyTensor, compile, reshape, type Tensor, zeros } from "@adjoint/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  setWarningHandler,
  sparseCategoricalCrossentropy,
  type WarningHandler,
} from "../../src/index.ts";

describe("losses tell once about probabilities where logits would do", () => {
  let told: string[];
  let previous: WarningHandler;
  beforeEach(() => {
    told = [];
    previous = setWarningHandler((message) => {
      told.push(message);
    });
  });
  afterEach(() => {
    setWarningHandler(previous);
  });
  const labels = zeros([2], { dtype: "int32" });

  test("probabilities of a softmax", () => {
    for (let i = 0; i < 3; i++)
      sparseCategoricalCrossentropy(softmax(zeros([2, 3])), labels, { fromLogits: false });
    expect(told).toEqual([
      "sparseCategoricalCrossentropy: the probabilities come from softmax; leave it out of the model and pass { fromLogits: true }, which is exact where probabilities round to 0 or 1",
    ]);
  });

  test("probabilities of a sigmoid, also reshaped and while traced", () => {
    const loss = compile((z: Tensor<[2, 1]>) =>
      binaryCrossentropy(reshape(sigmoid(z), [2]), zeros([2]), { fromLogits: false }),
    );
    loss(zeros([2, 1]));
    expect(told).toEqual([
      "binaryCrossentropy: the probabilities come from sigmoid; leave it out of the model and pass { fromLogits: true }, which is exact where probabilities round to 0 or 1",
    ]);
  });

  test("probabilities taken for logits", () => {
    const p = softmax(zeros([2, 3]));
    categoricalCrossentropy(p, zeros([2, 3]));
    categoricalCrossentropy(p, zeros([2, 3]), { fromLogits: true });
    expect(told).toEqual([
      "categoricalCrossentropy: the logits come from softmax, which the loss applies again; leave it out of the model, or pass { fromLogits: false }",
    ]);
  });

  test("nothing is said about logits, and about probabilities that no softmax made", () => {
    sparseCategoricalCrossentropy(zeros([2, 3]), labels);
    sparseCategoricalCrossentropy(zeros([2, 3]), labels, { fromLogits: false });
    const copied: AnyTensor = softmax(zeros([2, 3])) as AnyTensor;
    sparseCategoricalCrossentropy(copied.add(0) as AnyTensor, labels, { fromLogits: false });
    expect(told).toEqual([]);
  });

  test("a handler that is set anew hears it again", () => {
    const say = (): unknown => categoricalCrossentropy(softmax(zeros([2, 3])), zeros([2, 3]));
    say();
    const again: string[] = [];
    setWarningHandler((message) => {
      again.push(message);
    });
    say();
    expect(told).toHaveLength(1);
    expect(again).toEqual(told);
  });
});
