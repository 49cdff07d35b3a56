import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { type Tensor, tensor, transpose, zeros } from "../../src/index.ts";
import { array } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, read, toTensor } from "../naive.ts";

const cases = array().chain((x) => {
  const axes = x.shape.map((_, axis) => axis);
  return fc.tuple(
    fc.constant(x),
    fc.shuffledSubarray(axes, { minLength: axes.length, maxLength: axes.length }),
    fc.array(fc.boolean(), { minLength: axes.length, maxLength: axes.length }),
  );
});

describe("transpose", () => {
  property.prop([cases])("output axis i is input axis axes[i]", ([x, axes, negative]) => {
    const expected = build(
      axes.map((axis) => x.shape[axis]),
      (index) =>
        at(
          x,
          axes.map((_, axis) => index[axes.indexOf(axis)]),
        ),
    );
    const given = axes.map((axis, i) => (negative[i] ? axis - axes.length : axis));
    expect(read(transpose(toTensor(x), given))).toEqual(expected);
  });
  property.prop([cases])("back is as it was", ([x, axes]) => {
    const inverse = axes.map((_, axis) => axes.indexOf(axis));
    expect(read(transpose(transpose(toTensor(x), axes), inverse)).values).toEqual(x.values);
  });
  property.prop([array()])("without axes reverses them", (x) => {
    const expected = build([...x.shape].reverse(), (index) => at(x, [...index].reverse()));
    expect(read(transpose(toTensor(x)))).toEqual(expected);
  });
  test("of a scalar is the scalar", () => {
    expect(transpose(tensor(3)).item()).toBe(3);
    expect(transpose(tensor(3), []).item()).toBe(3);
  });
  test("says what is wrong with axes", () => {
    const x: Tensor = zeros([2, 3]);
    const once = "must name each of the 2 axes of [2, 3] once";
    expect(failure(() => transpose(x, [0, 0]))).toBe(`ShapeError: transpose: axes [0, 0] ${once}`);
    expect(failure(() => transpose(x, [0, -2]))).toBe(`ShapeError: transpose: axes [0, -2] ${once}`);
    expect(failure(() => transpose(x, [0]))).toBe(`ShapeError: transpose: axes [0] ${once}`);
    expect(failure(() => transpose(x, [0, 2]))).toBe(
      "ShapeError: transpose: axis 2 is out of range for [2, 3]: axes go from -2 to 1",
    );
    expect(failure(() => transpose(tensor(1) as Tensor, [0]))).toBe(
      "ShapeError: transpose: axis 0 is out of range for []: a scalar has no axes",
    );
  });
  test("computes the type", () => {
    expectTypeOf(transpose(zeros([2, 3, 4]))).toEqualTypeOf<Tensor<[4, 3, 2]>>();
    expectTypeOf(transpose(zeros([2, 3, 4]), [0, 2, 1])).toEqualTypeOf<Tensor<[2, 4, 3]>>();
    // @ts-expect-error: axis 0 is named twice
    expect(() => transpose(zeros([2, 3]), [0, 0])).toThrow("once");
  });
});
