import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { cosh, sinh } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

describeElementwise("cosh", cosh, { lowered64: 5 });

describe("cosh", () => {
  const at = (x: number): number => cosh(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -1, max: 1, noNaN: true })])("cosh² − sinh² = 1", (x) => {
    const other = sinh(tensor(x, { dtype: "float64" })).item();
    expect(ulpsApart((at(x) - other) * (at(x) + other), 1, "float64")).toBeLessThan(8);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [0, 1],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(cosh(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NaN, Number.NaN],
    [0, 0],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(cosh(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(cosh(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(cosh(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(cosh(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(cosh(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(cosh(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
