import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { reciprocal } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";

describeElementwise("reciprocal", reciprocal);

describe("reciprocal", () => {
  const at = (x: number): number => reciprocal(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("is 1 / x", (x) => {
    expect(at(x)).toBe(1 / x);
  });
  test.each([
    [0, Number.POSITIVE_INFINITY],
    [-0, Number.NEGATIVE_INFINITY],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NEGATIVE_INFINITY, -0],
    [Number.NaN, Number.NaN],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(reciprocal(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [0, Number.NEGATIVE_INFINITY],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(reciprocal(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(reciprocal(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(reciprocal(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(reciprocal(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(reciprocal(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(reciprocal(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
