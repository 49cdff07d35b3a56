import { type AnyTensor, gradients, ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { argmin, min } from "../src/index.ts";
import { floats } from "./elementwise.ts";

const integers = {
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  uint8: fc.integer({ min: 0, max: 255 }),
} as const;

describe("min", () => {
  property.prop([fc.array(floats("float64"), { minLength: 1 })])("is the smallest, NaN first", (values) => {
    expect(min(tensor(values, { dtype: "float64" })).item() + 0).toBe(Math.min(...values) + 0);
  });
  property.prop([fc.array(floats("float64"), { minLength: 1 })])("stands where argmin says", (values) => {
    const place = argmin(tensor(values, { dtype: "float64" })).item();
    const first = values.findIndex(Number.isNaN);
    expect(place).toBe(first === -1 ? values.indexOf(Math.min(...values)) : first);
  });
  describe.each(["int32", "uint8"] as const)("of %s", (dtype) => {
    property.prop([fc.array(integers[dtype], { minLength: 1 })])(
      "is exact to the ends of the range",
      (values) => {
        const x = tensor(values, { dtype });
        expect(min(x).dtype).toBe(dtype);
        expect(min(x).item()).toBe(Math.min(...values));
        expect(argmin(x).item()).toBe(values.indexOf(Math.min(...values)));
      },
    );
  });
  test("of int32 knows both ends", () => {
    expect(min(tensor([5, -(2 ** 31), 2 ** 31 - 1], { dtype: "int32" })).item()).toBe(-(2 ** 31));
    expect(min(tensor([255, 0, 3], { dtype: "uint8" })).item()).toBe(0);
  });
  test("of bool is all", () => {
    const x = tensor([
      [true, false],
      [true, true],
    ]);
    expect(min(x, { axis: 1 }).toArray()).toEqual([false, true]);
    expect(argmin(x, { axis: 1 }).toArray()).toEqual([1, 0]);
  });
  test("ties share the gradient equally", () => {
    const x: AnyTensor = tensor([2, 1, 1, 3]);
    expect(gradients(min(x) as never, [x])[0].toArray()).toEqual([0, 0.5, 0.5, 0]);
  });
  test("goes along the axes that are named", () => {
    const x = tensor([
      [3, 1, 2],
      [0, 5, 4],
    ]);
    expect(min(x, { axis: 0 }).toArray()).toEqual([0, 1, 2]);
    expect(min(x, { axis: -1, keepDims: true }).toArray()).toEqual([[1], [0]]);
    expect(min(x, { axis: [0, 1] }).item()).toBe(0);
    expect(min(tensor(3)).item()).toBe(3);
  });
  test("of an empty axis is an error, of no rows it is no rows", () => {
    expect(() => min(zeros([0]))).toThrow(
      new ShapeError("min", "axis 0 of [0] is empty; an empty axis has no smallest element"),
    );
    expect(() => min(zeros([2, 0]), { axis: 1 })).toThrow(
      new ShapeError("min", "axis 1 of [2, 0] is empty; an empty axis has no smallest element"),
    );
    expect(min(zeros([0, 2]), { axis: 1 }).toArray()).toEqual([]);
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => min(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("min", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("computes the type of the shape and keeps that of the dtype", () => {
    expectTypeOf(min(zeros([2, 3], { dtype: "uint8" }), { axis: 1 })).toEqualTypeOf<Tensor<[2], "uint8">>();
    expectTypeOf(min(zeros([2, 3]))).toEqualTypeOf<Tensor<[]>>();
  });
});
