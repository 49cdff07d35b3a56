import { type AnyTensor, gradients, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { remainder } from "../src/index.ts";
import { lowered } from "./lowered.ts";

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const divisor = number.filter((value) => Math.abs(value) > 1e-3);
const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe("remainder", () => {
  property.prop([number, divisor])("has the sign of the divisor, and is smaller", (a, b) => {
    const rest = remainder(tensor(a, { dtype: "float64" }), b).item();
    expect(rest * b).toBeGreaterThanOrEqual(0);
    // A tiny negative a, plus b, rounds to b.
    expect(Math.abs(rest)).toBeLessThanOrEqual(Math.abs(b));
  });
  property.prop([integer, integer.filter((value) => value !== 0)])("of integers is Python's", (a, b) => {
    const [x, y]: AnyTensor[] = [tensor(a, { dtype: "int32" }), tensor(b, { dtype: "int32" })];
    const expected = Number(((BigInt(a) % BigInt(b)) + BigInt(b)) % BigInt(b));
    expect(remainder(x, y).item()).toBe(expected);
    expect(lowered(remainder(x, y), [x, y]).item()).toBe(expected);
  });
  test("the least int32 by -1 leaves 0, though the quotient is no int32", () => {
    const [x, y]: AnyTensor[] = [tensor(-(2 ** 31), { dtype: "int32" }), tensor(-1, { dtype: "int32" })];
    expect(remainder(x, y).item()).toBe(0);
    expect(lowered(remainder(x, y), [x, y]).item()).toBe(0);
  });
  property.prop([
    fc.float({ min: -1e6, max: 1e6, noNaN: true }),
    fc.float({ min: 1, max: 1e3, noNaN: true }),
  ])("in float32 is exactly what it lowers to", (a, b) => {
    for (const sign of [1, -1]) {
      const [x, y]: AnyTensor[] = [tensor(a), tensor(sign * b)];
      expect(Number(lowered(remainder(x, y), [x, y]).item()) + 0).toBe(Number(remainder(x, y).item()) + 0);
    }
  });
  test.each([
    [7, 3, 1],
    [-7, 3, 2],
    [7, -3, -2],
    [-7, -3, -1],
    [6, -3, -0],
    [5.5, 2, 1.5],
    [5, Number.POSITIVE_INFINITY, 5],
    [-5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [5, 0, Number.NaN],
    [Number.POSITIVE_INFINITY, 5, Number.NaN],
    [Number.NaN, 5, Number.NaN],
  ])("%d by %d leaves %d", (a, b, rest) => {
    expect(remainder(tensor(a), b).item()).toBe(rest);
  });
  test("integers by 0 leave 0, as in NumPy", () => {
    const x: AnyTensor = tensor([5, 200], { dtype: "uint8" });
    expect(remainder(x, 0).toArray()).toEqual([0, 0]);
    expect(lowered(remainder(x, 0), [x]).toArray()).toEqual([0, 0]);
    expect(remainder(x, 7).toArray()).toEqual([5, 4]);
  });
  test("the gradients are 1 and minus the quotient, summed over stretched axes", () => {
    const a: AnyTensor = tensor([7, -7, 1], { dtype: "float64" });
    const b: AnyTensor = tensor(3, { dtype: "float64" });
    const [slopeA, slopeB] = gradients(sum(remainder(a, b) as AnyTensor) as never, [a, b]);
    expect(slopeA.toArray()).toEqual([1, 1, 1]);
    expect(slopeB.item()).toBe(-2 + 3 - 0);
    const [second] = gradients(slopeB as never, [b]);
    expect(Math.abs(Number(second.item()))).toBe(0);
  });
  test("names shapes that do not broadcast", () => {
    // @ts-expect-error 2 is not 3
    expect(() => remainder(zeros([2]), zeros([3]))).toThrow(ShapeError);
    // @ts-expect-error 2 is not 3
    expect(() => remainder(zeros([2]), zeros([3]))).toThrow("remainder: cannot broadcast [2] with [3]");
  });
  test("computes the types", () => {
    expectTypeOf(remainder(zeros([2, 1]), zeros([3]))).toEqualTypeOf<Tensor<[2, 3]>>();
    expectTypeOf(remainder(zeros([2], { dtype: "int32" }), 3)).toEqualTypeOf<Tensor<[2], "int32">>();
  });
});
