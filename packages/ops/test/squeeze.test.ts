import { ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { squeeze } from "../src/index.ts";

describe("squeeze", () => {
  test("takes away the axes of extent 1, or those named", () => {
    expect(squeeze(tensor([[[1], [2]]])).toArray()).toEqual([1, 2]);
    expect(squeeze(tensor([[[1], [2]]]), { axis: -1 }).toArray()).toEqual([[1, 2]]);
    expect(squeeze(zeros([1, 2, 1]), { axis: [0, 2] }).shape).toEqual([2]);
    expect(squeeze(zeros([1, 1])).shape).toEqual([]);
    expect(squeeze(zeros([1, 0])).shape).toEqual([0]);
  });
  test("names an axis that is longer than 1", () => {
    // @ts-expect-error axis 0 has dimension 2
    expect(() => squeeze(zeros([2, 1]), { axis: 0 })).toThrow(
      new ShapeError("squeeze", "axis 0 of [2, 1] has dimension 2; expected 1"),
    );
    // @ts-expect-error there is no axis 2
    expect(() => squeeze(zeros([2, 1]), { axis: 2 })).toThrow(
      new ShapeError("squeeze", "axis 2 is out of range for [2, 1]: axes go from -2 to 1"),
    );
  });
  test("computes the type of the shape", () => {
    expectTypeOf(squeeze(zeros([1, 3, 1]))).toEqualTypeOf<Tensor<[3]>>();
    expectTypeOf(squeeze(zeros([1, 3, 1]), { axis: 0 })).toEqualTypeOf<Tensor<[3, 1]>>();
  });
});
