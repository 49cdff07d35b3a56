import { type AnyTensor, type Tensor, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { round } from "../src/index.ts";
import { derivative, floats } from "./elementwise.ts";
import { lowered } from "./lowered.ts";

describe("round", () => {
  property.prop([floats("float64")])("is a whole number at most ½ away, and what it lowers to", (value) => {
    const x: AnyTensor = tensor(value, { dtype: "float64" });
    const y = Number(round(x).item());
    expect(lowered(round(x), [x]).item()).toBe(y);
    if (Number.isFinite(value)) {
      expect(Number.isInteger(y)).toBe(true);
      expect(Math.abs(y - value)).toBeLessThanOrEqual(0.5);
    } else expect(y).toBe(value);
  });
  property.prop([fc.integer({ min: -(2 ** 22), max: 2 ** 22 })])("halfway it is the even one", (below) => {
    const even = below % 2 === 0 ? below : below + 1;
    const x: AnyTensor = tensor(below + 0.5);
    expect(Number(round(x).item()) + 0).toBe(even);
    expect(Number(lowered(round(x), [x]).item()) + 0).toBe(even);
  });
  test.each([
    [0.49999997, 0],
    [-0.49999997, -0],
    [-0.5, -0],
    [-0, -0],
    [1.5, 2],
    [-1.5, -2],
    [8388609, 8388609],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.NaN, Number.NaN],
  ])("of %d is %d", (value, expected) => {
    const x: AnyTensor = tensor(value);
    expect(round(x).item()).toBe(expected);
    expect(lowered(round(x), [x]).item()).toBe(expected);
  });
  test("its derivative is 0; integers stay as they are", () => {
    const x: AnyTensor = tensor([-1.5, 0, 2.5]);
    expect(derivative(round(x), x).toArray()).toEqual([0, 0, 0]);
    const whole = tensor([-(2 ** 31), 5], { dtype: "int32" });
    expect(round(whole).toArray()).toEqual([-(2 ** 31), 5]);
    expect(lowered(round(whole)).toArray()).toEqual([-(2 ** 31), 5]);
    expectTypeOf(round(whole)).toEqualTypeOf<Tensor<[2], "int32">>();
  });
});
