import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { sum, type Tensor, tensor, zeros } from "../../src/index.ts";
import { array, shape } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, indicesOf, read, toTensor } from "../naive.ts";

const cases = array({ shapes: shape({ maxRank: 3 }), among: ["bool", "uint8", "int32"] }).chain((x) =>
  fc.tuple(
    fc.constant(x),
    fc.option(fc.subarray(x.shape.map((_, axis) => axis)), { nil: undefined }),
    fc.boolean(),
  ),
);

describe("sum", () => {
  property.prop([cases])("of integers adds up along the axes and wraps", ([x, axis, keepDims]) => {
    const axes = axis ?? x.shape.map((_, i) => i);
    const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const result = x.shape.flatMap((dimension, i) =>
      axes.includes(i) ? (keepDims ? [1] : []) : [dimension],
    );
    const expected = build(result, (index) =>
      indicesOf(axes.map((i) => x.shape[i])).reduce((total, inner) => {
        const place = x.shape.map((_, i) =>
          axes.includes(i) ? inner[axes.indexOf(i)] : index[keepDims ? i : kept.indexOf(i)],
        );
        return (total + at(x, place)) | 0;
      }, 0),
    );
    const total = sum(toTensor(x), axis === undefined ? { keepDims } : { axis, keepDims });
    expect(total.dtype).toBe("int32");
    expect(read(total)).toEqual(expected);
  });
  property.prop([fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }))])(
    "of the columns is that of the rows of the transpose, to the bit",
    (values) => {
      const x = tensor([...values, ...values], [2, values.length], { dtype: "float64" });
      expect(sum(x, { axis: 1 }).toArray()).toEqual(sum(x.transpose(), { axis: 0 }).toArray());
    },
  );
  test("of nothing is 0", () => {
    expect(sum(zeros([0])).item()).toBe(0);
    expect(sum(zeros([2, 0]), { axis: 1 }).toArray()).toEqual([0, 0]);
    expect(sum(zeros([2, 0]), { axis: 0 }).shape).toEqual([0]);
    expect(sum(tensor(3)).item()).toBe(3);
    expect(sum(tensor([[1, 2]]), { axis: [] }).toArray()).toEqual([[1, 2]]);
  });
  test("is accurate where adding in order is not", () => {
    expect(sum(tensor([1e16, 1, -1e16, 1], { dtype: "float64" })).item()).toBe(2);
    expect(sum(tensor(new Float32Array(2 ** 16).fill(0.1))).item()).toBe(
      Math.fround(2 ** 16 * Math.fround(0.1)),
    );
  });
  test("wraps int32 and takes NaN and infinity along", () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    expect(sum(tensor([2 ** 31 - 1, 1], { dtype: "int32" })).item()).toBe(-(2 ** 31));
    expect(sum(tensor([1, inf])).item()).toBe(inf);
    expect(sum(tensor([inf, -inf])).item()).toBe(nan);
    expect(sum(tensor([1, nan])).item()).toBe(nan);
    expect(sum(tensor([3e38, 3e38])).item()).toBe(inf);
    expect(sum(tensor([3e38, 3e38, -3e38])).item()).toBe(Math.fround(3e38));
  });
  test("says which axis is wrong", () => {
    const x: Tensor = zeros([32, 10]);
    expect(failure(() => sum(x, { axis: -3 }))).toBe(
      "ShapeError: sum: axis -3 is out of range for [32, 10]: axes go from -2 to 1",
    );
    expect(failure(() => sum(x, { axis: [1, 1] }))).toBe(
      "ShapeError: sum: axis 1 is named twice in [1, 1] for [32, 10]",
    );
    expect(failure(() => sum(tensor(1) as Tensor, { axis: 0 }))).toBe(
      "ShapeError: sum: axis 0 is out of range for []: a scalar has no axes",
    );
  });
  test("computes the type", () => {
    expectTypeOf(sum(zeros([2, 3, 4]), { axis: [0, -1] })).toEqualTypeOf<Tensor<[3]>>();
    expectTypeOf(sum(zeros([2, 3]), { axis: 1, keepDims: true })).toEqualTypeOf<Tensor<[2, 1]>>();
    expectTypeOf(sum(zeros([2, 3]))).toEqualTypeOf<Tensor<[]>>();
    // @ts-expect-error: axis 2 is out of range for [2, 3]
    expect(() => sum(zeros([2, 3]), { axis: 2 })).toThrow("axis 2");
  });
});
