import { type AnyTensor, gradients, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { expDifference } from "../src/index.ts";
import { lowered } from "./lowered.ts";
import { ulpsApart } from "./ulps.ts";

const float32 = (max: number): fc.Arbitrary<number> => fc.float({ min: -max, max, noNaN: true });

describe("expDifference", () => {
  property.prop([float32(1000), fc.float({ min: 0, max: 110, noNaN: true })])(
    "is exact to some ulps where the difference is rounded, also as lowered",
    (b, distance) => {
      const a = Math.fround(b - distance);
      fc.pre(a <= b);
      const [x, y]: AnyTensor[] = [tensor(a), tensor(b)];
      // float64 holds the difference of such float32 exactly but for what is below the last digit of the result.
      const exact = Math.exp(a - b);
      expect(ulpsApart(expDifference(x, y).item() as number, exact, "float32")).toBeLessThanOrEqual(0.51);
      expect(
        ulpsApart(lowered(expDifference(x, y), [x, y]).item() as number, exact, "float32"),
      ).toBeLessThanOrEqual(3);
    },
  );
  test.each([
    [1, 1, 1],
    [-0, 0, 1],
    [-100, 0, Math.fround(Math.exp(-100))],
    [-1e30, 1e30, 0],
    [-3e38, 3e38, 0],
    [Number.NEGATIVE_INFINITY, 5, 0],
    [5, Number.POSITIVE_INFINITY, 0],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
    [Number.NaN, 5, Number.NaN],
    [5, Number.NaN, Number.NaN],
  ])("e^(%d − %d) is %d, also as lowered", (a, b, expected) => {
    const [x, y]: AnyTensor[] = [tensor(a), tensor(b)];
    expect(expDifference(x, y).item()).toBe(expected);
    expect(lowered(expDifference(x, y), [x, y]).item()).toBe(expected);
  });
  test("the gradients are the value and its negative, summed over stretched axes", () => {
    const a: AnyTensor = tensor([1, 2], { dtype: "float64" });
    const b: AnyTensor = tensor(2, { dtype: "float64" });
    const y = expDifference(a, b) as AnyTensor;
    const [slopeA, slopeB] = gradients(y.sum() as never, [a, b]);
    expect(slopeA.toArray()).toEqual([Math.exp(-1), 1]);
    expect(slopeB.item()).toBe(-(Math.exp(-1) + 1));
  });
  test("shapes broadcast, and are checked", () => {
    expectTypeOf(expDifference(zeros([2, 3]), zeros([3]))).toEqualTypeOf<Tensor<[2, 3]>>();
    // @ts-expect-error the shapes do not broadcast
    expect(() => expDifference(zeros([2, 3]), zeros([2]))).toThrow(ShapeError);
  });
});
