import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { argmax, grad, max, type Tensor, tensor, zeros } from "../../src/index.ts";
import { array, shape } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, indicesOf, type NaiveArray, read, toTensor } from "../naive.ts";

const cases = array({ shapes: shape({ minDimension: 1, maxRank: 3 }) }).chain((x) =>
  fc.tuple(fc.constant(x), fc.subarray(x.shape.map((_, axis) => axis)), fc.boolean()),
);

/** The elements of `x` that a reduction over `axes` puts at `index` of its result, in row-major order. */
function reduced(
  x: NaiveArray,
  axes: readonly number[],
  keepDims: boolean,
  index: readonly number[],
): number[] {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return indicesOf(axes.map((axis) => x.shape[axis])).map((inner) =>
    at(
      x,
      x.shape.map((_, axis) =>
        axes.includes(axis) ? inner[axes.indexOf(axis)] : index[keepDims ? axis : kept.indexOf(axis)],
      ),
    ),
  );
}

function resultShape(x: NaiveArray, axes: readonly number[], keepDims: boolean): number[] {
  return x.shape.flatMap((dimension, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [dimension]));
}

describe("max", () => {
  property.prop([cases])("is the largest along the axes, NaN where there is one", ([x, axes, keepDims]) => {
    const expected = build(resultShape(x, axes, keepDims), (index) =>
      Math.max(...reduced(x, axes, keepDims, index)),
    );
    expect(read(max(toTensor(x), { axis: axes, keepDims }))).toEqual(expected);
  });
  test("of everything by default, of -0 and 0 is 0", () => {
    expect(
      max(
        tensor([
          [1, 5],
          [3, 2],
        ]),
      ).item(),
    ).toBe(5);
    expect(max(tensor([-0, 0, -0])).item()).toBe(0);
    expect(max(tensor(-3)).item()).toBe(-3);
    expect(max(tensor([false, true])).item()).toBe(true);
  });
  test("shares the gradient among ties", () => {
    expect(grad((x: Tensor<[4]>) => max(x))(tensor([1, 3, 3, 2])).toArray()).toEqual([0, 0.5, 0.5, 0]);
    expect(grad((x: Tensor<[3]>) => max(x))(tensor([-0, 0, -1])).toArray()).toEqual([0.5, 0.5, 0]);
  });
  test("of an empty axis has no value, of empty others there is nothing to do", () => {
    expect(failure(() => max(zeros([2, 0]), { axis: 1 }))).toBe(
      "ShapeError: max: axis 1 of [2, 0] is empty; an empty axis has no largest element",
    );
    expect(failure(() => max(zeros([0])))).toContain("axis 0 of [0] is empty");
    expect(max(zeros([2, 0]), { axis: 0 }).shape).toEqual([0]);
    expect(max(zeros([0, 0]), { axis: 0 }).shape).toEqual([0]);
    expect(argmax(zeros([2, 0]), { axis: 0 }).shape).toEqual([0]);
    expect(failure(() => argmax(zeros([0])))).toBe(
      "ShapeError: argmax: axis 0 of [0] is empty; an empty axis has no largest element",
    );
  });
  test("says which axis is wrong", () => {
    const x: Tensor = zeros([2, 3]);
    expect(failure(() => max(x, { axis: 2 }))).toBe(
      "ShapeError: max: axis 2 is out of range for [2, 3]: axes go from -2 to 1",
    );
    expect(failure(() => max(x, { axis: [0, -2] }))).toBe(
      "ShapeError: max: axis 0 is named twice in [0, -2] for [2, 3]",
    );
    expect(failure(() => max(x, { axis: 0.5 }))).toContain("axis 0.5 is out of range");
  });
  test("computes the type", () => {
    expectTypeOf(max(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(max(zeros([2, 3]), { axis: -2, keepDims: true })).toEqualTypeOf<Tensor<[1, 3]>>();
    // @ts-expect-error: axis 2 is out of range
    expect(() => max(zeros([2, 3]), { axis: 2 })).toThrow("axis 2");
  });
});

describe("argmax", () => {
  property.prop([cases])("is the first place of the largest, or of NaN", ([x, axes, keepDims]) => {
    const [axis] = axes;
    const over = axis === undefined ? x.shape.map((_, i) => i) : [axis];
    const expected = build(resultShape(x, over, keepDims), (index) => {
      const line = reduced(x, over, keepDims, index);
      const nan = line.findIndex(Number.isNaN);
      return nan === -1 ? line.indexOf(Math.max(...line)) : nan;
    });
    expect(read(argmax(toTensor(x), axis === undefined ? { keepDims } : { axis, keepDims }))).toEqual(
      expected,
    );
  });
  test("has int32 in its type", () => {
    expectTypeOf(argmax(zeros([2, 3]), { axis: 0 })).toEqualTypeOf<Tensor<[3], "int32">>();
    expectTypeOf(argmax(zeros([2, 3]))).toEqualTypeOf<Tensor<[], "int32">>();
  });
});
