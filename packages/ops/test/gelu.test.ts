import { grad, OptionError, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { gelu, geluTanh } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";
import { ulpsApart } from "./ulps.ts";

describeElementwise("gelu", gelu, { slope: 3, tail: 64 });

describe("gelu", () => {
  const at = (x: number): number => gelu(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: -800, max: 800, noNaN: true })])("gelu(x) − gelu(−x) = x", (x) => {
    expect(ulpsApart(at(Math.abs(x)) - at(-Math.abs(x)), Math.abs(x), "float64")).toBeLessThan(3);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, -0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [-0, -0],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(gelu(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN],
    [0, 0.5],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(gelu(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("has the tanh form by option", () => {
    const x = tensor([-3, -1, 0.5, 2]);
    expect(gelu(x, { approximate: "tanh" }).toArray()).toEqual(geluTanh(x).toArray());
    expect(gelu(x, { approximate: "none" }).toArray()).toEqual(gelu(x).toArray());
    // @ts-expect-error there is no such form
    expect(() => gelu(x, { approximate: "exact" })).toThrow(
      new OptionError("gelu", 'approximate is "exact"; expected "none" or "tanh"'),
    );
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(gelu(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(gelu(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(gelu(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(gelu(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(gelu(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
