import { type AnyTensor, gradients, mul, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { flip } from "../src/index.ts";

describe("flip", () => {
  property.prop([fc.constantFrom(undefined, 0, 1, -1, [0, 1])])(
    "twice is nothing",
    (axis: number | number[] | undefined) => {
      const x: AnyTensor = tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const options = axis === undefined ? {} : { axis };
      expect(flip(flip(x, options), options).toArray()).toEqual(x.toArray());
      expect(flip(x, options).toArray()).not.toEqual(x.toArray());
    },
  );
  test("turns the axes that are named, all by default", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(flip(x).toArray()).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(flip(x, { axis: 0 }).toArray()).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(flip(x, { axis: -1 }).toArray()).toEqual([
      [2, 1],
      [4, 3],
    ]);
    expect(flip(tensor(3)).item()).toBe(3);
    expect(flip(zeros([0])).toArray()).toEqual([]);
  });
  test("its gradient is turned likewise", () => {
    const x: AnyTensor = zeros([3]);
    const [slope] = gradients(sum(mul(flip(x), tensor([1, 2, 3]) as AnyTensor) as AnyTensor) as never, [x]);
    expect(slope.toArray()).toEqual([3, 2, 1]);
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => flip(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("flip", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("keeps the type of shape and dtype", () => {
    expectTypeOf(flip(zeros([2, 3], { dtype: "uint8" }), { axis: 0 })).toEqualTypeOf<
      Tensor<[2, 3], "uint8">
    >();
  });
});
