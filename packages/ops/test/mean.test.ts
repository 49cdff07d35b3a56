import { type AnyTensor, mul, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { mean } from "../src/index.ts";
import { derivative } from "./elementwise.ts";
import { describeRows } from "./rows.ts";
import { ulp } from "./ulps.ts";

describeRows("mean", mean, { value: 1, gradient: 1, second: 0 });

describe("mean", () => {
  property.prop([fc.array(fc.float({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 40 })])(
    "lies between the smallest and the largest, but for its rounding",
    (x) => {
      const centre = mean(tensor(x)).item();
      const rounding = ulp(Math.max(...x.map(Math.abs)), "float32");
      expect(centre).toBeGreaterThanOrEqual(Math.min(...x) - rounding);
      expect(centre).toBeLessThanOrEqual(Math.max(...x) + rounding);
    },
  );
  test("goes along the axes that are named", () => {
    const x = tensor([
      [1, 2, 3],
      [5, 6, 10],
    ]);
    expect(mean(x, { axis: 0 }).toArray()).toEqual([3, 4, 6.5]);
    expect(mean(x, { axis: -1, keepDims: true }).toArray()).toEqual([[2], [7]]);
    expect(mean(x, { axis: [0, 1] }).item()).toBe(4.5);
    expect(derivative(mul(mean(x, { axis: 1 }), tensor([3, 6])), x).toArray()).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
  });
  test("of integers and bool is float32", () => {
    const y = mean(tensor([1, 2], { dtype: "int32" }));
    expect([y.item(), y.dtype]).toEqual([1.5, "float32"]);
    expect(mean(tensor([true, false, true, true])).item()).toBe(0.75);
  });
  test("of nothing is NaN, of a scalar the scalar", () => {
    expect(mean(zeros([0])).item()).toBe(Number.NaN);
    expect(mean(zeros([2, 0]), { axis: 1 }).toArray()).toEqual([Number.NaN, Number.NaN]);
    expect(mean(zeros([0, 2]), { axis: 1 }).toArray()).toEqual([]);
    expect(mean(tensor(3)).item()).toBe(3);
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => mean(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("mean", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("computes the type of the shape", () => {
    const x = zeros([2, 3]);
    expectTypeOf(mean(x)).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(mean(x, { axis: 1 })).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(mean(x, { axis: [0, 1], keepDims: true })).toEqualTypeOf<Tensor<[1, 1]>>();
    expectTypeOf(mean(zeros([2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[]>>();
    expectTypeOf(mean(zeros([2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[], "float64">>();
    expectTypeOf(mean(x as AnyTensor, { axis: 0 })).toExtend<AnyTensor>();
    expectTypeOf(sum(mean(x))).toEqualTypeOf<Tensor<[]>>();
  });
});
