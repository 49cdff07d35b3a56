import { grad, OptionError, sum, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { elu } from "../src/index.ts";
import { describeElementwise } from "./elementwise.ts";

describeElementwise("elu", elu);

describe("elu", () => {
  const at = (x: number): number => elu(tensor(x, { dtype: "float64" })).item();

  property.prop([fc.double({ min: 0, max: 1e-9, noNaN: true })])("is continuous at 0", (x) => {
    expect(Math.abs(at(x) + at(-x))).toBeLessThan(1e-17);
  });
  test.each([
    [Number.NEGATIVE_INFINITY, -1],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [-0, -0],
  ])("at %d it is %d", (x, y) => {
    expect(at(x)).toBe(y);
    expect(elu(tensor(x)).item()).toBe(Math.fround(y));
  });
  test.each([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN],
    [0, 1],
    [90, 1],
  ])("at %d its derivative is %d", (x, slope) => {
    expect(grad((t: Tensor<[]>) => sum(elu(t)))(tensor(x)).item() + 0).toBe(slope);
  });
  test("alpha scales the negative side; at 0 the derivative is alpha", () => {
    const x = tensor([-1, 0, 2], { dtype: "float64" });
    const y = elu(x, { alpha: 0.5 });
    expect(y.toArray()).toEqual([0.5 * Math.expm1(-1), 0, 2]);
    const slope = grad((t: typeof x) => sum(elu(t, { alpha: 0.5 })))(x);
    expect(slope.toArray()).toEqual([0.5 * Math.exp(-1), 0.5, 1]);
  });
  test("an alpha that is no number is refused", () => {
    expect(() => elu(tensor([1]), { alpha: Number.NaN })).toThrow(
      new OptionError("elu", "alpha is NaN; expected a number"),
    );
    // @ts-expect-error a string is no number
    expect(() => elu(tensor([1]), { alpha: "1" })).toThrow(
      new OptionError("elu", "alpha is of type string; expected a number"),
    );
  });
  test("keeps the type of the shape; integers give float32", () => {
    expectTypeOf(elu(tensor([1, 2]))).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(elu(tensor([1, 2], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2], "float64">>();
    expectTypeOf(elu(tensor([1, 2], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2]>>();
    expect(elu(tensor([1, 2], { dtype: "int32" })).dtype).toBe("float32");
    expect(elu(tensor([1, 2], { dtype: "float64" })).dtype).toBe("float64");
  });
});
