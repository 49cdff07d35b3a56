import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { sigmoid } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

describeElementwise("sigmoid", sigmoid);

describe("sigmoid", () => {
  const at = (x: number): number => sigmoid(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("σ(x) + σ(−x) = 1", (x) => {
    expect(ulpsApart(at(x) + at(-x), 1, "float64")).toBeLessThan(2);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN],
    [-0, 0.5],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(sigmoid(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
    [0, 0.25],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(sigmoid(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(sigmoid(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(sigmoid(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(sigmoid(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(sigmoid(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(sigmoid(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
