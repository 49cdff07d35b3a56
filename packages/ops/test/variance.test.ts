import { OptionError, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { variance } from "../src/index.ts";
import { describeRows } from "./rows.ts";
import { ulpsApart } from "./ulps.ts";

describeRows("variance", variance, { value: 2, gradient: 6, second: 4 });
describeRows("variance, correction 1", (x) => variance(x, { correction: 1 }), {
  value: 2,
  gradient: 6,
  second: 4,
});

describe("variance", () => {
  property.prop([
    fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 20 }),
    fc.integer({ min: -(2 ** 16), max: 2 ** 16 }),
  ])("a shift changes nothing", (x, shift) => {
    const moved = x.map((a) => a + shift);
    expect(ulpsApart(variance(tensor(moved)).item(), variance(tensor(x)).item(), "float32")).toBeLessThan(8);
  });
  property.prop([
    fc.float({ noNaN: true, min: Math.fround(-1e30), max: Math.fround(1e30) }),
    fc.integer({ min: 1, max: 20 }),
  ])("of equal elements is 0", (value, count) => {
    expect(variance(tensor(new Array<number>(count).fill(value))).item()).toBe(0);
  });
  test("does not cancel where E[x²] − E[x]² does", () => {
    expect(variance(tensor([1e6, 1e6 + 1, 1e6 + 2])).item()).toBe(Math.fround(2 / 3));
    expect(variance(tensor([1, 1 + 2 ** -23])).item()).toBe(2 ** -48);
  });
  test("goes along the axes that are named, divided as the correction says", () => {
    const x = tensor([
      [1, 3],
      [5, 9],
    ]);
    expect(variance(x, { axis: 1 }).toArray()).toEqual([1, 4]);
    expect(variance(x, { axis: 0, correction: 1, keepDims: true }).toArray()).toEqual([[8, 18]]);
    expect(variance(tensor([1, 3], { dtype: "int32" })).item()).toBe(1);
  });
  test("of fewer elements than the correction is NaN", () => {
    expect(variance(tensor([5]), { correction: 1 }).item()).toBe(Number.NaN);
    expect(variance(zeros([0])).item()).toBe(Number.NaN);
    expect(variance(tensor([5]), { correction: 2 }).item()).toBe(Number.NaN);
  });
  test("names what is wrong", () => {
    // @ts-expect-error there is no axis 2
    expect(() => variance(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("variance", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
    expect(() => variance(zeros([2]), { correction: Number.NaN })).toThrow(
      new OptionError("variance", "correction is NaN; expected a number"),
    );
  });
  test("computes the type of the shape", () => {
    expectTypeOf(variance(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(variance(zeros([2, 3]), { axis: 1, keepDims: true, correction: 1 })).toEqualTypeOf<
      Tensor<[2, 1]>
    >();
    expectTypeOf(variance(zeros([2], { dtype: "uint8" }))).toEqualTypeOf<Tensor<[]>>();
  });
});
