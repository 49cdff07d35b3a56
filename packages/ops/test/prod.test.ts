import { type AnyTensor, cast, gradients, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { prod } from "../src/index.ts";
import { lowered } from "./lowered.ts";
import { describeRows } from "./rows.ts";
import { farthest } from "./ulps.ts";

describeRows("prod", prod, { value: 4, gradient: 8, second: 12 });

describe("prod", () => {
  property.prop([fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 12 })])(
    "and its gradient are exact among small integers, zeros included",
    (values) => {
      const x: AnyTensor = tensor(values, { dtype: "float64" });
      const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
      const others = values.map((_, i) => product(values.filter((_, k) => k !== i)));
      for (const form of [prod(x), lowered(prod(x), [x])]) {
        expect(Number(form.item()) + 0).toBe(product(values) + 0);
        expect((gradients(form as never, [x])[0].toArray() as number[]).map((a) => a + 0)).toEqual(
          others.map((a) => a + 0),
        );
      }
    },
  );
  test("goes along the axes that are named", () => {
    const x = tensor([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ]);
    expect(prod(x, { axis: 1 }).toArray()).toEqual([[4, 10, 18]]);
    expect(prod(x, { axis: [0, 2], keepDims: true }).toArray()).toEqual([[[6], [120]]]);
    expect(lowered(prod(x, { axis: [0, 2], keepDims: true })).toArray()).toEqual([[[6], [120]]]);
    expect(lowered(prod(x, { axis: 1 })).toArray()).toEqual([[4, 10, 18]]);
    expect(prod(tensor(3)).item()).toBe(3);
  });
  test("of nothing is 1, with an empty gradient", () => {
    expect(prod(zeros([0])).item()).toBe(1);
    expect(prod(zeros([2, 0]), { axis: 1 }).toArray()).toEqual([1, 1]);
    expect(lowered(prod(zeros([2, 0]), { axis: 1 })).toArray()).toEqual([1, 1]);
    expect(prod(zeros([0, 2]), { axis: 1 }).toArray()).toEqual([]);
    expect(lowered(prod(zeros([0, 2]), { axis: 1 })).toArray()).toEqual([]);
    const x: AnyTensor = zeros([0]);
    expect(gradients(prod(x) as never, [x])[0].toArray()).toEqual([]);
  });
  // Eight of the largest float32, and as many of the smallest that has all its digits, are within float64.
  const factors = fc.oneof(
    fc.constantFrom(3.4028234663852886e38, 1.1754943508222875e-38, 1e30, -1e30, 1e-30, 1e-20, 0),
    fc.double({ min: -8, max: 8, noNaN: true }),
  );
  property.prop([fc.array(factors, { maxLength: 8 })])(
    "is in float32 the product in float64, rounded, and so is its gradient",
    (values) => {
      const [x, wide]: AnyTensor[] = [tensor(values), cast(tensor(values), "float64") as AnyTensor];
      const both = (y: AnyTensor, of: AnyTensor): number[] =>
        [y, gradients(y as never, [of])[0]].flatMap((one) => [...one.toTypedArray()]);
      const expected = both(prod(wide) as AnyTensor, wide);
      // Half an ulp, and what factors in another order are rounded to in float64.
      for (const form of [prod(x), lowered(prod(x), [x])] as AnyTensor[])
        expect(farthest(both(form, x), expected, "float32")[0]).toBeLessThan(0.5001);
    },
  );
  test.for([
    [[3e38, 0.01, 10], 3e37],
    [[1e30, 1e-30, 1e30, 1e-30], 1],
    [[1e20, 0, 1e20], 0],
    [[1e-30, 1e30, 1e-30], 1e-30],
  ] as const)("the product of %j is %d in the lowering too", ([values, expected]) => {
    const x: AnyTensor = tensor(values);
    for (const form of [prod(x), lowered(prod(x), [x])])
      expect(Math.abs(Number(form.item()) - expected)).toBeLessThanOrEqual(expected * 2 ** -22);
  });
  test("integers and bool are multiplied as int32, which wraps", () => {
    const y = prod(tensor([65536, 65536, 3], { dtype: "int32" }));
    expect([y.item(), y.dtype]).toEqual([0, "int32"]);
    expect(prod(tensor([46341, 46341], { dtype: "int32" })).item()).toBe(Math.imul(46341, 46341));
    expect(prod(tensor([200, 200], { dtype: "uint8" })).item()).toBe(40000);
    expect(prod(tensor([true, true])).item()).toBe(1);
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => prod(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("prod", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("computes the type of shape and dtype", () => {
    expectTypeOf(prod(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(prod(zeros([2, 3], { dtype: "uint8" }))).toEqualTypeOf<Tensor<[], "int32">>();
  });
});
