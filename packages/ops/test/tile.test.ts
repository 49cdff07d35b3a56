import { type AnyTensor, gradients, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { tile } from "../src/index.ts";

describe("tile", () => {
  property.prop([fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })])(
    "repeats the whole along each axis; every copy adds to the gradient",
    (rows, columns) => {
      const x: AnyTensor = tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const y = tile(x, [rows, columns]);
      const expected = Array.from({ length: 2 * rows }, (_, i) =>
        Array.from({ length: 3 * columns }, (_, j) => (i % 2) * 3 + (j % 3) + 1),
      );
      expect(y.shape).toEqual([2 * rows, 3 * columns]);
      expect(y.toArray()).toEqual(expected);
      const copies = rows * columns;
      const [slope] = gradients(sum(y) as never, [x]);
      expect(slope.toArray()).toEqual([
        [copies, copies, copies],
        [copies, copies, copies],
      ]);
    },
  );
  test("of a scalar is the scalar", () => {
    expect(tile(tensor(3), []).item()).toBe(3);
  });
  test("names repeats that do not fit", () => {
    expect(() => tile(zeros([2, 3]), [2])).toThrow(
      new ShapeError("tile", "repeats [2] for [2, 3]; expected 2 whole numbers from 0"),
    );
    expect(() => tile(zeros([2]), [-1])).toThrow(
      new ShapeError("tile", "repeats [-1] for [2]; expected 1 whole numbers from 0"),
    );
  });
  test("knows the rank in the type", () => {
    expectTypeOf(tile(zeros([2, 3]), [1, 2])).toEqualTypeOf<Tensor<[number, number]>>();
  });
});
