import {
  type AnyTensor,
  broadcastTo,
  max,
  reshape,
  type Shape,
  sizeOf,
  slice,
  sum,
  transpose,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { isContiguous, reshapedStrides, Views } from "../src/views.ts";
import { input, interpreted } from "./graphs.ts";

/** Where the elements of a walk are, in row-major order. */
function places(shape: Shape, strides: readonly number[], offset = 0): number[] {
  let list = [offset];
  shape.forEach((dimension, axis) => {
    list = list.flatMap((from) => Array.from({ length: dimension }, (_, i) => from + i * strides[axis]));
  });
  return list;
}

/** Strides of `to` that go through these places, by trying one step along each axis. */
function stridesThrough(list: readonly number[], to: Shape): number[] | undefined {
  const strides = to.map((dimension, axis) =>
    dimension === 1 ? 0 : list[sizeOf(to.slice(axis + 1))] - list[0],
  );
  return places(to, strides, list[0]).every((place, i) => place === list[i]) ? strides : undefined;
}

/** Two shapes of as many elements, with the ones that make a difference between axes put in anywhere. */
const factors = fc.array(fc.constantFrom(1, 2, 2, 3), { minLength: 0, maxLength: 5 });
const shapePairs = fc
  .tuple(
    factors,
    fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  )
  .map(([list, first, second]): [Shape, Shape] => {
    const joined = (isJoined: readonly boolean[]): number[] => {
      const shape: number[] = [];
      list.forEach((factor, i) => {
        if (isJoined[i] && shape.length > 0) shape[shape.length - 1] *= factor;
        else shape.push(factor);
      });
      return shape;
    };
    return [joined(first), joined(second)];
  });

describe("reshapedStrides", () => {
  property.prop([
    shapePairs,
    fc.array(fc.constantFrom(0, 1, 2, 3, 4, 6, 12, -1), { minLength: 5, maxLength: 5 }),
    fc.boolean(),
  ])("finds the strides that there are, and none where there are none", ([from, to], random, isRowMajor) => {
    const strides = from.map((_, axis) => (isRowMajor ? sizeOf(from.slice(axis + 1)) : random[axis]));
    const list = places(from, strides);
    const expected = stridesThrough(list, to);
    const actual = reshapedStrides(from, strides, to);
    expect(actual === undefined).toBe(expected === undefined);
    if (actual !== undefined) expect(places(to, actual)).toEqual(list);
  });
});

const x = input([2, 3, 4]);
const node = (one: unknown): AnyTensor => one as AnyTensor;

describe("a view", () => {
  test.each<[string, AnyTensor]>([
    ["transpose", node(transpose(x, [2, 0, 1]))],
    ["broadcastTo", node(broadcastTo(reshape(x, [2, 1, 3, 4]), [5, 2, 7, 3, 4]))],
    ["slice with steps, backwards too", node(slice(x, [1, 2, 1], undefined, [-1, -2, 2]))],
    ["reshape of a transposed walk that stays one", node(reshape(transpose(x, [1, 2, 0]), [12, 2]))],
    ["largest over an axis of one element", node(max(reshape(x, [2, 1, 12]), { axis: 1 }))],
    [
      "one view of another",
      node(reshape(broadcastTo(transpose(x, [0, 2, 1]), [6, 2, 4, 3]), [3, 2, 2, 2, 2, 3])),
    ],
  ])("of %s has the elements that the op gives", (_, view) => {
    const views = new Views((one) => one === x);
    const { base, offset, strides } = views.of(view);
    expect(base).toBe(x);
    const values = Float32Array.from({ length: 24 }, (_, i) => i);
    const [expected] = interpreted([x], [view], [values]);
    expect(places(view.shape, strides, offset)).toEqual([...expected]);
  });

  test.each<[string, AnyTensor]>([
    ["a reshape of a transposed walk that is none", node(reshape(transpose(x, [2, 1, 0]), [24]))],
    ["a sum", node(sum(x, { axis: 1 }))],
    ["a sum of one element, which is 0 of −0", node(sum(reshape(x, [2, 1, 12]), { axis: 1 }))],
    ["nothing of no elements", node(reshape(input([0, 3]), [3, 0]))],
  ])("is not %s", (_, one) => {
    const views = new Views((other) => other === x);
    expect(views.isView(one)).toBe(false);
  });

  test("is contiguous when it walks over the whole, whatever axes of one element say", () => {
    const views = new Views((one) => one === x);
    const contiguous = (one: AnyTensor): boolean => isContiguous(views.of(one), one.shape);
    expect(contiguous(node(reshape(x, [6, 1, 4])))).toBe(true);
    expect(contiguous(node(transpose(reshape(x, [24, 1]))))).toBe(true);
    expect(contiguous(node(transpose(x, [1, 0, 2])))).toBe(false);
    expect(contiguous(node(broadcastTo(x, [2, 2, 3, 4])))).toBe(false);
  });
});
