import {
  type AnyTensor,
  concat,
  gradients,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { split } from "../src/index.ts";

describe("split", () => {
  property.prop([
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(0, 1, -1),
  ])("concat puts the parts together again", (sizes, axis: number) => {
    const total = sizes.reduce((a, b) => a + b, 0);
    const shape = axis === 0 ? [total, 2] : [2, total];
    const x: AnyTensor = tensor(
      Float32Array.from({ length: 2 * total }, (_, i) => i),
      shape,
    );
    const parts = split(x, sizes, { axis });
    expect(parts.map((part) => part.shape.at(axis))).toEqual(sizes);
    expect(concat(parts as AnyTensor[], { axis }).toArray()).toEqual(x.toArray());
  });
  test("in equal parts", () => {
    expect(split(tensor([1, 2, 3, 4, 5, 6]), 3).map((part) => part.toArray())).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });
  test("a part's gradient stands at its place", () => {
    const x: AnyTensor = zeros([4]);
    expect(gradients(sum(split(x, [1, 3])[1]) as never, [x])[0].toArray()).toEqual([0, 1, 1, 1]);
  });
  test("names parts that do not fit", () => {
    expect(() => split(zeros([5, 2]), 2)).toThrow(
      new ShapeError("split", "axis 0 of [5, 2] has dimension 5; it has no 2 equal parts"),
    );
    expect(() => split(zeros([5, 2]), [2, 2])).toThrow(
      new ShapeError("split", "axis 0 of [5, 2] has dimension 5; it has no parts of [2, 2]"),
    );
    expect(() => split(zeros([4]), 0)).toThrow(
      new ShapeError("split", "axis 0 of [4] has dimension 4; it has no 0 equal parts"),
    );
    expect(() => split(zeros([4]), 1.5)).toThrow(
      new ShapeError("split", "axis 0 of [4] has dimension 4; it has no 1.5 equal parts"),
    );
    expect(() => split(zeros([4]), [5, -1])).toThrow(
      new ShapeError("split", "axis 0 of [4] has dimension 4; it has no parts of [5, -1]"),
    );
  });
  test.for([2 ** 33, 1e308, Number.POSITIVE_INFINITY, Number.NaN, 2 ** 31])(
    "names %d parts before it makes them",
    (sections) => {
      for (const size of [0, 4]) {
        expect(() => split(zeros([size]), sections)).toThrow(
          new ShapeError(
            "split",
            `axis 0 of [${size}] has dimension ${size}; it has no ${sections} equal parts`,
          ),
        );
      }
    },
  );
  test("nothing has any number of equal parts", () => {
    expect(split(zeros([0, 2]), 3).map((part) => part.shape)).toEqual([
      [0, 2],
      [0, 2],
      [0, 2],
    ]);
  });
  test("knows the rank in the type, and its axes", () => {
    expectTypeOf(split(zeros([4, 2], { dtype: "int32" }), 2)).toEqualTypeOf<
      Tensor<[number, number], "int32">[]
    >();
    // @ts-expect-error there is no axis 2
    expect(() => split(zeros([4, 2]), 2, { axis: 2 })).toThrow(
      new ShapeError("split", "axis 2 is out of range for [4, 2]: axes go from -2 to 1"),
    );
  });
});
