import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { reshape, type Tensor, tensor, zeros } from "../../src/index.ts";
import { array } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { read, sizeOf, toTensor } from "../naive.ts";

/** Another shape of the same size: the dimensions shuffled and split among 1s. */
const cases = array().chain((x) =>
  fc.tuple(
    fc.constant(x),
    fc.shuffledSubarray([...x.shape], { minLength: x.shape.length, maxLength: x.shape.length }),
    fc.nat(2),
  ),
);

describe("reshape", () => {
  property.prop([cases])("keeps the elements in row-major order", ([x, target, ones]) => {
    const shape = [...target, ...new Array<number>(ones).fill(1)];
    expect(read(reshape(toTensor(x), shape))).toEqual({ shape, values: x.values });
    expect(read(reshape(toTensor(x), [sizeOf(x.shape)]))).toEqual({
      shape: [x.values.length],
      values: x.values,
    });
  });
  property.prop([cases, fc.nat()])("works out -1", ([x, target], where) => {
    fc.pre(target.length > 0 && !target.includes(0));
    const open = target.map((dimension, axis) => (axis === where % target.length ? -1 : dimension));
    expect(reshape(toTensor(x), open).shape).toEqual(target);
  });
  test("to and from a scalar", () => {
    expect(reshape(tensor([[3]]), []).item()).toBe(3);
    expect(reshape(tensor(3), [1, 1]).toArray()).toEqual([[3]]);
    expect(reshape(tensor(3), [-1]).toArray()).toEqual([3]);
  });
  test("of nothing", () => {
    expect(reshape(zeros([2, 0]), [0, 5]).shape).toEqual([0, 5]);
    expect(reshape(zeros([2, 0]), [-1]).shape).toEqual([0]);
    expect(reshape(zeros([0, 3]), [-1, 3]).shape).toEqual([0, 3]);
  });
  test("says what does not fit", () => {
    const x: Tensor = zeros([2, 3]);
    expect(failure(() => reshape(x, [4, 2]))).toBe(
      "ShapeError: reshape: [2, 3] has 6 elements, which [4, 2] cannot hold (8)",
    );
    expect(failure(() => reshape(x, [4, -1]))).toBe(
      "ShapeError: reshape: [2, 3] has 6 elements, which [4, -1] cannot hold (a multiple of 4)",
    );
    expect(failure(() => reshape(x, [-1, -1]))).toBe(
      "ShapeError: reshape: [2, 3] to [-1, -1]: only one dimension can be -1",
    );
    expect(failure(() => reshape(zeros([2, 0]) as Tensor, [0, -1]))).toBe(
      "ShapeError: reshape: [2, 0] to [0, -1]: -1 is any size beside a dimension 0; write it out",
    );
    expect(failure(() => reshape(x, [1.5, 4]))).toBe(
      "ShapeError: reshape: [1.5, 4] has dimension 1.5; dimensions are whole numbers from 0",
    );
    expect(failure(() => reshape(x, [-2, -3]))).toContain(
      "has dimension -2; dimensions are whole numbers from 0",
    );
  });
  test("computes the type of literals", () => {
    expectTypeOf(reshape(zeros([2, 3]), [3, 2])).toEqualTypeOf<Tensor<[3, 2]>>();
    expectTypeOf(zeros([2, 3]).reshape([6])).toEqualTypeOf<Tensor<[6]>>();
    // @ts-expect-error: [2, 3] has 6 elements, [4, 2] has 8
    expect(() => reshape(zeros([2, 3]), [4, 2])).toThrow("cannot hold");
  });
});
