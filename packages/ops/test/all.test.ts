import { ShapeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { all } from "../src/index.ts";

describe("all", () => {
  property.prop([fc.array(fc.boolean())])("is every of the array", (values) => {
    expect(all(tensor(values, { dtype: "bool" })).item()).toBe(values.every(Boolean));
  });
  test("a number holds when it is not 0", () => {
    expect(
      all(
        tensor([
          [0, 1],
          [2, Number.NaN],
        ]),
        { axis: 1 },
      ).toArray(),
    ).toEqual([false, true]);
    expect(
      all(
        tensor(
          [
            [0, 1],
            [2, 0],
          ],
          { dtype: "int32" },
        ),
        { axis: 1, keepDims: true },
      ).toArray(),
    ).toEqual([[false], [false]]);
  });
  test("of nothing is true", () => {
    expect(all(zeros([0])).item()).toBe(true);
    expect(all(zeros([2, 0]), { axis: 1 }).toArray()).toEqual([true, true]);
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => all(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("all", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("is bool, of the reduced shape", () => {
    expectTypeOf(all(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(all(zeros([2, 3]), { keepDims: true })).toEqualTypeOf<Tensor<[1, 1], "bool">>();
  });
});
