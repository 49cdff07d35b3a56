import { type AnyTensor, gradients, mul, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { norm } from "../src/index.ts";
import { lowered } from "./lowered.ts";
import { describeRows } from "./rows.ts";
import { ulpsApart } from "./ulps.ts";

const size = (x: readonly number[]): number => 1 / Math.max(...x.map(Math.abs));
describeRows("norm", norm, { value: 2, gradient: 3, second: 6, curvature: size });

describe("norm", () => {
  property.prop([
    fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 20 }),
    fc.integer({ min: -1040, max: 1000 }),
  ])("scales with its argument from end to end of the range", (x, exponent) => {
    fc.pre(exponent > -1000 || x.every((a) => Math.abs(a) <= 1));
    const one = norm(tensor(x, { dtype: "float64" })).item();
    const scaled: AnyTensor = tensor(
      x.map((a) => a * 2 ** exponent),
      { dtype: "float64" },
    );
    expect(ulpsApart(Number(norm(scaled).item()), one * 2 ** exponent, "float64")).toBeLessThanOrEqual(1);
    expect(
      ulpsApart(Number(lowered(norm(scaled), [scaled]).item()), one * 2 ** exponent, "float64"),
    ).toBeLessThan(5);
  });
  test("neither overflows nor underflows", () => {
    expect(norm(tensor([3e38, 1e38])).item()).toBe(
      Math.fround(Math.hypot(Math.fround(3e38), Math.fround(1e38))),
    );
    expect(norm(tensor([3e-40, 4e-40])).item()).toBe(
      Math.fround(Math.hypot(Math.fround(3e-40), Math.fround(4e-40))),
    );
  });
  test("at the origin the gradient is the subgradient 0, and so is its derivative", () => {
    const x: AnyTensor = zeros([2, 3]);
    const [slope] = gradients(norm(x) as never, [x]);
    expect(slope.toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(gradients(sum(mul(slope, 2) as AnyTensor) as never, [x])[0].toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
  test.each([
    [[1, Number.POSITIVE_INFINITY], Number.POSITIVE_INFINITY],
    [[1, Number.NEGATIVE_INFINITY], Number.POSITIVE_INFINITY],
    [[Number.NaN, 1], Number.NaN],
    [[Number.NaN, Number.POSITIVE_INFINITY], Number.NaN],
    [[-0], 0],
  ])("of %o is %d", (values, expected) => {
    const x: AnyTensor = tensor(values);
    expect(norm(x).item()).toBe(expected);
    expect(lowered(norm(x), [x]).item()).toBe(expected);
  });
  test("goes along the axes that are named; of nothing it is 0", () => {
    const x = tensor([
      [3, 4],
      [6, 8],
    ]);
    expect(norm(x, { axis: 1 }).toArray()).toEqual([5, 10]);
    expect(norm(x, { axis: 1, keepDims: true }).toArray()).toEqual([[5], [10]]);
    expect(
      norm(
        tensor([
          [2, 4],
          [5, 6],
        ]),
      ).item(),
    ).toBe(9);
    const none = norm(zeros([2, 0]), { axis: 1 });
    expect(none.toArray()).toEqual([0, 0]);
    expect(lowered(none).toArray()).toEqual([0, 0]);
    expect(norm(tensor([3, 4], { dtype: "int32" })).item()).toBe(5);
    expect(norm(tensor(-3)).item()).toBe(3);
  });
  test("names an axis that does not exist", () => {
    // @ts-expect-error there is no axis 2
    expect(() => norm(zeros([2, 3]), { axis: 2 })).toThrow(
      new ShapeError("norm", "axis 2 is out of range for [2, 3]: axes go from -2 to 1"),
    );
  });
  test("computes the type of the shape", () => {
    expectTypeOf(norm(zeros([2, 3]), { axis: 1 })).toEqualTypeOf<Tensor<[2]>>();
    expectTypeOf(norm(zeros([2, 3], { dtype: "int32" }))).toEqualTypeOf<Tensor<[]>>();
  });
});
