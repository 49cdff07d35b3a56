import { type AnyTensor, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { logSoftmax, logSoftmaxDifference } from "../src/index.ts";

const logits = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 3, maxLength: 3 });
const of = (x: readonly number[], dtype: "float32" | "float64" = "float64"): AnyTensor =>
  tensor([...x], { dtype });
const numbers = (x: unknown): number[] => [...(x as AnyTensor).toTypedArray()].map((one) => one + 0);

describe("logSoftmaxDifference", () => {
  property.prop([logits, logits])("is the difference, and changes its sign with the order", (a, b) => {
    const difference = numbers(logSoftmaxDifference(of(a), of(b)));
    const [ofA, ofB] = [numbers(logSoftmax(of(a))), numbers(logSoftmax(of(b)))];
    const turned = numbers(logSoftmaxDifference(of(b), of(a)));
    difference.forEach((one, i) => {
      expect(Math.abs(one - (ofA[i] - ofB[i]))).toBeLessThanOrEqual(
        1e-12 * (1 + Math.abs(ofA[i]) + Math.abs(ofB[i])),
      );
      expect(Math.abs(one + turned[i])).toBeLessThanOrEqual(
        1e-12 * (1 + Math.abs(ofA[i]) + Math.abs(ofB[i])),
      );
    });
  });
  test("keeps its digits where the two are nearly the same", () => {
    const [a, b] = [[0.001, 0.002, 0.003].map(Math.fround), [0.0010001, 0.002, 0.003].map(Math.fround)];
    const exact = numbers(logSoftmaxDifference(of(a), of(b)));
    numbers(logSoftmaxDifference(of(a, "float32"), of(b, "float32"))).forEach((one, i) => {
      expect(Math.abs(one / exact[i] - 1)).toBeLessThanOrEqual(1e-6);
    });
    expect(numbers(logSoftmaxDifference(of(a), of(a)))).toEqual([0, 0, 0]);
  });
  test.each([
    [[Number.POSITIVE_INFINITY, 0, 0]],
    [[Number.NaN, 0, 0]],
    [[Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ])("of %j is NaN", (a) => {
    expect(numbers(logSoftmaxDifference(of(a), of([0, 0, 0])))).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
  test("is along an axis, of one shape", () => {
    expect(() => logSoftmaxDifference(zeros([2, 3]), zeros([3]))).toThrow(
      new ShapeError("logSoftmaxDifference", "[2, 3] and [3] differ; expected logits of one shape"),
    );
    expect(numbers(logSoftmaxDifference(tensor([[0], [1]]), zeros([2, 1]), { axis: 1 }))).toEqual([0, 0]);
    expectTypeOf(logSoftmaxDifference(zeros([2, 3]), zeros([2, 3]))).toEqualTypeOf<Tensor<[2, 3]>>();
  });
});
