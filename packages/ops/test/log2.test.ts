import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { log2 } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";

describeElementwise("log2", log2, { lowered64: 5 });

describe("log2", () => {
  const at = (x: number): number => log2(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.integer({ min: -1022, max: 1023 })])("log2(2ᵏ) = k", (x) => {
    expect(at(2 ** x)).toBe(x);
  });
  test.each([
    [0, Number.NEGATIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [-1, Number.NaN],
    [1, 0],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(log2(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [0, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(log2(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(log2(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(log2(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(log2(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(log2(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(log2(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
