import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { logSigmoid, softplus } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

describeElementwise("logSigmoid", logSigmoid);

describe("logSigmoid", () => {
  const at = (x: number): number => logSigmoid(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("is −softplus(−x)", (x) => {
    expect(ulpsApart(at(x), -softplus(tensor(-x, { dtype: "float64" })).item(), "float64")).toBeLessThan(1);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [0, -Math.LN2],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(logSigmoid(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 1],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
    [0, 0.5],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(logSigmoid(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("at ∞ it is 0", () => {
    expect(Math.abs(at(Number.POSITIVE_INFINITY))).toBe(0);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(logSigmoid(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(logSigmoid(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(logSigmoid(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(logSigmoid(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(logSigmoid(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
