import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { silu } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

describeElementwise("silu", silu, { curvature: 32, lowered64: 32 });

describe("silu", () => {
  const at = (x: number): number => silu(tensor(x, { dtype: "float64" })).item();

  // The second derivative has a root at ±2.4, near the golden points ±2.25: hence its bound.
  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("silu(x) − silu(−x) = x", (x) => {
    expect(ulpsApart(at(Math.abs(x)) - at(-Math.abs(x)), Math.abs(x), "float64")).toBeLessThan(3);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, -0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [-0, -0],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(silu(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN],
    [0, 0.5],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(silu(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(silu(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(silu(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(silu(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(silu(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(silu(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
