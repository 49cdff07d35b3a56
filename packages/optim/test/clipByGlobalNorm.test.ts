import { type AnyTensor, parameter, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { clipByGlobalNorm, globalNorm } from "../src/index.ts";

const double = (values: readonly number[]): AnyTensor => tensor(Float64Array.from(values)) as AnyTensor;
const read = (tensors: readonly AnyTensor[]): number[] => tensors.flatMap((one) => [...one.toTypedArray()]);
const hypot = (values: readonly number[]): number => Math.hypot(...values);

/** Magnitudes from 1e-160, whose squares vanish, to 1e160, whose squares overflow. */
const element = fc
  .tuple(fc.double({ min: 1, max: 10, noNaN: true }), fc.integer({ min: -160, max: 160 }), fc.boolean())
  .map(([digits, exponent, isNegative]) => (isNegative ? -1 : 1) * digits * 10 ** exponent);
const gradients = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });
const limit = fc.integer({ min: -100, max: 100 }).map((exponent) => 10 ** exponent);

describe("clipByGlobalNorm", () => {
  property.prop([gradients, limit])("the norm is the limit, or what it was below it", (lists, maxNorm) => {
    const before = hypot(lists.flat());
    const after = hypot(read(clipByGlobalNorm(lists.map(double), maxNorm)));
    expect(Math.abs(after / Math.min(before, maxNorm) - 1)).toBeLessThan(1e-14);
  });

  property.prop([gradients, limit])(
    "every element is scaled by the same positive number",
    (lists, maxNorm) => {
      const before = lists.flat();
      const norm = hypot(before);
      read(clipByGlobalNorm(lists.map(double), maxNorm)).forEach((clipped, i) => {
        const expected = norm <= maxNorm ? before[i] : (before[i] / norm) * maxNorm;
        // An element, or its share of the largest, may fall below the smallest normal number, and then loses bits.
        const lost = 1e-307 + 1e-323 * maxNorm;
        expect(Math.abs(clipped - expected)).toBeLessThanOrEqual(1e-14 * Math.abs(expected) + lost);
      });
    },
  );

  property.prop([gradients])("gradients below the limit keep their bits", (lists) => {
    const maxNorm = 1.001 * hypot(lists.flat());
    expect(read(clipByGlobalNorm(lists.map(double), maxNorm))).toEqual(lists.flat());
  });

  test("float32 gradients near the largest number keep their direction", () => {
    const [a, b] = clipByGlobalNorm([tensor([3e38, -3e38]), tensor([[1e38]])], 1);
    expect(hypot(read([a, b]))).toBeCloseTo(1, 6);
    expect(a.toArray()[0] / b.item()).toBeCloseTo(3, 6);
    expect(a.dtype).toBe("float32");
  });

  test("a float64 gradient too small for float32 does not disturb float32 zeros", () => {
    const [a, b] = clipByGlobalNorm([tensor([0, 0]), tensor([3e-200, 4e-200], { dtype: "float64" })], 1e-200);
    expect(a.toArray()).toEqual([0, 0]);
    expect(hypot(read([b])) / 1e-200).toBeCloseTo(1, 12);
  });

  test("zeros stay zeros, and empty tensors stay empty", () => {
    const [a, b] = clipByGlobalNorm([tensor([0, 0]), tensor([])], 1);
    expect(a.toArray()).toEqual([0, 0]);
    expect(b.toArray()).toEqual([]);
    expect(globalNorm([]).item()).toBe(0);
  });

  test.for([Number.NaN, Number.POSITIVE_INFINITY])("a gradient with %d is NaN everywhere", (bad) => {
    expect(read(clipByGlobalNorm([tensor([1, 2]), tensor([bad])], 1))).toEqual([NaN, NaN, NaN]);
  });

  test("the gradients may be any tree, and keep their types", () => {
    const tree = { weight: tensor([[3, 0]]), bias: [tensor([4])] as const };
    const clipped = clipByGlobalNorm(tree, 1);
    expectTypeOf(clipped.weight).toEqualTypeOf<Tensor<[1, 2]>>();
    expectTypeOf(clipped.bias[0]).toEqualTypeOf<Tensor<[1]>>();
    expectTypeOf(clipByGlobalNorm([parameter(tensor([1, 2]))], 1)).toEqualTypeOf<Tensor<[2]>[]>();
    expect(clipped.weight.toArray()[0][0]).toBeCloseTo(0.6, 6);
    expect(clipped.bias[0].item()).toBeCloseTo(0.8, 6);
  });

  test("the limit is above 0", () => {
    expect(() => clipByGlobalNorm([tensor([1])], 0)).toThrow(
      "clipByGlobalNorm: maxNorm is 0; expected a number above 0",
    );
  });
});

describe("globalNorm", () => {
  property.prop([gradients])("is the Euclidean norm of all elements together", (lists) => {
    expect(Math.abs(globalNorm(lists.map(double)).item() / hypot(lists.flat()) - 1)).toBeLessThan(1e-14);
  });
});
