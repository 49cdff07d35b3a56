import { ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { any } from "../src/index.ts";

describe("any", () => {
  property.prop([fc.array(fc.boolean())])("is some of the array", (values) => {
    expect(any(tensor(values, { dtype: "bool" })).item()).toBe(values.some(Boolean));
  });
  test("a number holds when it is not 0", () => {
    expect(
      any(
        tensor([
          [0, 1],
          [2, Number.NaN],
        ]),
        { axis: 1 },
      ).toArray(),
    ).toEqual([true, true]);
    expect(
      any(
        tensor(
          [
            [0, 1],
            [2, 0],
          ],
          { dtype: "int32" },
        ),
        { axis: 1, keepDims: true },
      ).toArray(),
    ).toEqual([[true], [true]]);
  });
  test("of nothing is false", () => {
    expect(any(zeros([0])).item()).toBe(false);
    expect(any(zeros([2, 0]), { axis: 1 }).toArray()).toEqual([false, false]);
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => any(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("any", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("is bool, of the reduced shape", () => {
    expectTypeOf(any(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(any(zeros([2, 3]), { keepDims: true })).toEqualTypeOf<Tensor<[1, 1], "bool">>();
  });
});
