import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { exp2 } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";

describeElementwise("exp2", exp2);

describe("exp2", () => {
  const at = (x: number): number => exp2(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.integer({ min: -1022, max: 1023 })])("is exact for whole numbers", (x) => {
    expect(at(x)).toBe(2 ** x);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [0, 1],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(exp2(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [0, Math.fround(Math.LN2)],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(exp2(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(exp2(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(exp2(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(exp2(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(exp2(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(exp2(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
