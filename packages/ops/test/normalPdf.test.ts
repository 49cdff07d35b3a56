import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { normalPdf } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";

describeElementwise("normalPdf", normalPdf, { lowered64: 5 });

describe("normalPdf", () => {
  const at = (x: number): number => normalPdf(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("is even", (x) => {
    expect(at(-x)).toBe(at(x));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(normalPdf(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
    [0, 0],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(normalPdf(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(normalPdf(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(normalPdf(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(normalPdf(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(normalPdf(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(normalPdf(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
