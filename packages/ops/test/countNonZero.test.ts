import { ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { countNonZero } from "../src/index.ts";

describe("countNonZero", () => {
  property.prop([fc.array(fc.integer({ min: -1, max: 1 }))])("counts what is not 0", (values) => {
    const y = countNonZero(tensor(values, { dtype: "int32" }));
    expect([y.item(), y.dtype]).toEqual([values.filter((value) => value !== 0).length, "int32"]);
  });
  test("NaN is not 0, −0 is", () => {
    expect(
      countNonZero(
        tensor([
          [Number.NaN, -0],
          [0.5, 1e-45],
        ]),
        { axis: 1 },
      ).toArray(),
    ).toEqual([1, 2]);
    expect(countNonZero(tensor([[true, false]]), { axis: 1, keepDims: true }).toArray()).toEqual([[1]]);
  });
  test("of nothing is 0", () => {
    expect(countNonZero(zeros([0])).item()).toBe(0);
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => countNonZero(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("countNonZero", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("is int32, of the reduced shape", () => {
    expectTypeOf(countNonZero(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2], "int32">>();
  });
});
