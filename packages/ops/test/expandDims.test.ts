import { ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { expandDims, squeeze } from "../src/index.ts";

describe("expandDims", () => {
  property.prop([fc.integer({ min: -3, max: 2 })])(
    "puts a 1 where the axis says; squeeze takes it away",
    (axis: number) => {
      const x = tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const y = expandDims(x, axis);
      expect(y.shape.at(axis)).toBe(1);
      expect(squeeze(y, { axis }).toArray()).toEqual(x.toArray());
    },
  );
  test("names an axis that the result would not have", () => {
    // @ts-expect-error the result has axes 0 to 2
    expect(() => expandDims(zeros([2, 3]), 3)).toThrow(
      new ShapeError("expandDims", "axis 3 is out of range for [2, 3, 1]: axes go from -3 to 2"),
    );
  });
  test("computes the type of the shape", () => {
    expectTypeOf(expandDims(zeros([2, 3]), 0)).toEqualTypeOf<Tensor<[1, 2, 3]>>();
    expectTypeOf(expandDims(zeros([2, 3]), -1)).toEqualTypeOf<Tensor<[2, 3, 1]>>();
    expectTypeOf(expandDims(tensor(true), 0)).toEqualTypeOf<Tensor<[1], "bool">>();
  });
});
