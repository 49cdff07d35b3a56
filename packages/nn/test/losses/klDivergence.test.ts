import { logSoftmax, softmax } from "@adjoint/ops";
import { type AnyTensor, grad, type Tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { categoricalCrossentropy, klDivergence } from "../../src/index.ts";
import { expectClose, numbersOf, of } from "../close.ts";

type Scalar = Tensor<[], "float64">;
const lossOf = (logProbabilities: AnyTensor, targets: AnyTensor, options = {}): Scalar =>
  klDivergence(logProbabilities, targets, options) as AnyTensor as Scalar;

const logits = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 4, maxLength: 4 });
const probabilities = (z: readonly number[]): AnyTensor => of(numbersOf(softmax(of(z)) as AnyTensor));

describe("klDivergence", () => {
  property.prop([logits, logits])("is not negative, and 0 for equal distributions", (p, q) => {
    const logP = logSoftmax(of(p)) as AnyTensor;
    expect(lossOf(logP, probabilities(q)).item()).toBeGreaterThanOrEqual(-1e-15);
    expect(Math.abs(lossOf(logP, probabilities(p)).item())).toBeLessThanOrEqual(1e-15);
  });

  property.prop([logits, logits])("is the cross-entropy less the targets' entropy", (p, q) => {
    const targets = probabilities(q);
    const entropy = numbersOf(targets).reduce((sum, t) => sum - t * Math.log(t), 0);
    const crossEntropy = categoricalCrossentropy(of(p), targets) as AnyTensor;
    const difference = Number(crossEntropy.item()) - entropy;
    const value = lossOf(logSoftmax(of(p)) as AnyTensor, targets).item();
    expect(Math.abs(value - difference)).toBeLessThanOrEqual(1e-14 * (1 + Number(crossEntropy.item())));
  });

  property.prop([logits, logits])("gradients: −t, and log t + 1 − log p to the targets", (p, q) => {
    const t = numbersOf(probabilities(q));
    const toLogs = grad((x: AnyTensor) => lossOf(x, of(t)))(of(p)) as AnyTensor;
    expectClose(
      toLogs,
      t.map((one) => -one),
      0,
    );
    const toTargets = numbersOf(grad((y: AnyTensor) => lossOf(of(p), y))(of(t)) as AnyTensor);
    toTargets.forEach((x, i) => {
      expect(Math.abs(x - (Math.log(t[i]) - p[i] + 1))).toBeLessThanOrEqual(1e-14);
    });
  });

  test("sums over the classes and averages over the rows", () => {
    const logP = of(
      [
        [0.5, 0.5],
        [0.25, 0.75],
      ].map((row) => row.map(Math.log)),
    );
    const t = of([
      [1, 0],
      [0, 1],
    ]);
    expectClose(lossOf(logP, t), [(Math.log(2) + Math.log(4 / 3)) / 2], 1e-15);
    expectClose(lossOf(logP, t, { reduction: "none" }), [Math.log(2), Math.log(4 / 3)], 1e-15);
    expectClose(lossOf(logP, t, { sampleWeight: [0, 1] }), [Math.log(4 / 3) / 2], 1e-15);
  });

  test("a target of 0 counts as 0, whatever the log-probability; another one of probability 0 costs ∞", () => {
    const impossible = of([Number.NEGATIVE_INFINITY, 0]);
    expect(lossOf(impossible, of([0, 1])).item()).toBe(0);
    expect(lossOf(impossible, of([0.5, 0.5])).item()).toBe(Number.POSITIVE_INFINITY);
    const slopes = numbersOf(grad((x: AnyTensor) => lossOf(x, of([0, 1])))(impossible) as AnyTensor);
    expect(slopes.map((x) => x + 0)).toEqual([0, -1]);
  });

  test("errors and types", () => {
    expect(() => lossOf(zeros([2, 3]), zeros([2]))).toThrow(
      "klDivergence: targets [2] do not have the shape of log-probabilities [2, 3]",
    );
    const typesOnly = (): void => {
      // @ts-expect-error targets [2] do not have the shape [2, 3]
      klDivergence(zeros([2, 3]), zeros([2]));
    };
    expect(typesOnly).toBeTypeOf("function");
    expectTypeOf(klDivergence(zeros([2, 3]), zeros([2, 3]), { reduction: "none" })).toEqualTypeOf<
      Tensor<[2]>
    >();
  });
});
