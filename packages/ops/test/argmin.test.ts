import { argmax, neg, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { argmin } from "../src/index.ts";
import { floats } from "./elementwise.ts";

describe("argmin", () => {
  property.prop([fc.array(floats("float32"), { minLength: 1 })])("is argmax of the negatives", (values) => {
    const x = tensor(values);
    expect(argmin(x).item()).toBe(argmax(neg(x)).item());
  });
  test("the first one wins a tie, and NaN wins over numbers", () => {
    expect(argmin(tensor([2, 1, 1])).item()).toBe(1);
    expect(argmin(tensor([2, Number.NaN, Number.NEGATIVE_INFINITY])).item()).toBe(1);
  });
  test("goes along one axis, or through all elements", () => {
    const x = tensor([
      [3, 1, 2],
      [0, 5, 4],
    ]);
    expect(argmin(x).item()).toBe(3);
    expect(argmin(x, { axis: 0 }).toArray()).toEqual([1, 0, 0]);
    expect(argmin(x, { axis: -1, keepDims: true }).toArray()).toEqual([[1], [0]]);
    expect(argmin(x, { keepDims: true }).toArray()).toEqual([[3]]);
    expect(argmin(tensor(7)).item()).toBe(0);
  });
  test("of an empty axis is an error", () => {
    expect(() => argmin(zeros([2, 0]), { axis: 1 })).toThrow(
      new ShapeError("argmin", "axis 1 of [2, 0] is empty; an empty axis has no smallest element"),
    );
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => argmin(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("argmin", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("is int32, of the reduced shape", () => {
    expectTypeOf(argmin(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2], "int32">>();
    expect(argmin(zeros([2, 3], { dtype: "float64" })).dtype).toBe("int32");
  });
});
