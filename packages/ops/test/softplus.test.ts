import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { softplus } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";

describeElementwise("softplus", softplus);

describe("softplus", () => {
  const at = (x: number): number => softplus(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("softplus(x) − softplus(−x) = x", (x) => {
    expect(Math.abs(at(x) - at(-x) - x)).toBeLessThanOrEqual(2 ** -50 * Math.max(1, Math.abs(x)));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [0, Math.LN2],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(softplus(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN],
    [0, 0.5],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(softplus(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(softplus(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(softplus(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(softplus(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(softplus(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(softplus(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
