import { grad, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { elu, selu } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

describeElementwise("selu", selu);

describe("selu", () => {
  const at = (x: number): number => selu(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("is a scaled elu", (x) => {
    const alpha = 1.6732632423543772;
    const scaled = 1.0507009873554805 * elu(tensor(x, { dtype: "float64" }), { alpha }).item();
    // The product of three roundings is off by up to 2.6 ulp, selu itself by 1.5.
    expect(ulpsApart(at(x), scaled, "float64")).toBeLessThanOrEqual(4);
  });
  test.each([
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [-0, -0],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(selu(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([[Number.NEGATIVE_INFINITY, 0]])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(selu(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(selu(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(selu(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(selu(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(selu(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(selu(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
