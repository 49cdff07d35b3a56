import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { rsqrt } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

describeElementwise("rsqrt", rsqrt);

describe("rsqrt", () => {
  const at = (x: number): number => rsqrt(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: 1e-100, max: 1e100, noNaN: true })])("rsqrt(x)² x = 1", (x) => {
    expect(ulpsApart(at(x) * at(x) * x, 1, "float64")).toBeLessThan(5);
  });
  test.each([
    [0, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
    [-1, Number.NaN],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(rsqrt(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [0, Number.NEGATIVE_INFINITY],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(rsqrt(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(rsqrt(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(rsqrt(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(rsqrt(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(rsqrt(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(rsqrt(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
