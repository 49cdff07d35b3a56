import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { gelu, geluTanh } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

// Lowered, the exponent is rounded four times, which is up to 2 ulps of it, and its size, up to 745, is the factor on the way to the value.
describeElementwise("geluTanh", geluTanh, { slope: 3, curvature: 4, lowered64: 1490, tail: 64 });

describe("geluTanh", () => {
  const at = (x: number): number => geluTanh(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -10, max: 10, noNaN: true })])("is near gelu", (x) => {
    expect(Math.abs(at(x) - gelu(tensor(x, { dtype: "float64" })).item())).toBeLessThan(5e-4);
  });
  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("geluTanh(x) − geluTanh(−x) = x", (x) => {
    expect(ulpsApart(at(Math.abs(x)) - at(-Math.abs(x)), Math.abs(x), "float64")).toBeLessThan(3);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, -0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [-0, -0],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(geluTanh(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN],
    [0, 0.5],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(geluTanh(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(geluTanh(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(geluTanh(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(geluTanh(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(geluTanh(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(geluTanh(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
