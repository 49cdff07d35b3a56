import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { geluTanhGate } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

// Lowered, the exponent is rounded four times, which is up to 2 ulps of it, and its size, up to 745, is the factor on the way to the value.
describeElementwise("geluTanhGate", geluTanhGate, { slope: 3, curvature: 6, lowered64: 1490, tail: 64 });

describe("geluTanhGate", () => {
  const at = (x: number): number => geluTanhGate(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("gate(x) + gate(−x) = 1", (x) => {
    expect(ulpsApart(at(x) + at(-x), 1, "float64")).toBeLessThan(3);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN],
    [-0, 0.5],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(geluTanhGate(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(geluTanhGate(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(geluTanhGate(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(geluTanhGate(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(geluTanhGate(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(geluTanhGate(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(geluTanhGate(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
