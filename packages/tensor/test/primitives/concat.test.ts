import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { concat, gradients, mul, slice, sum, type Tensor, tensor, zeros } from "../../src/index.ts";
import { arrayOf, axisOf, dtype, shape } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, read, toTensor } from "../naive.ts";

const cases = fc
  .tuple(
    shape({ minRank: 1, maxRank: 3 }),
    dtype(),
    fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }),
  )
  .chain(([first, of, extents]) =>
    axisOf(first).chain((axis) => {
      const along = axis < 0 ? axis + first.length : axis;
      const shapes = extents.map((extent) => first.map((dimension, i) => (i === along ? extent : dimension)));
      return fc.tuple(
        fc.constant(axis),
        fc.constant(along),
        fc.tuple(...shapes.map((one) => arrayOf(of, one))),
      );
    }),
  );

describe("concat", () => {
  property.prop([cases])("puts each tensor after the one before", ([axis, along, arrays]) => {
    const from = arrays.map((_, i) => arrays.slice(0, i).reduce((sum, x) => sum + x.shape[along], 0));
    const total = arrays.reduce((sum, x) => sum + x.shape[along], 0);
    const expected = build(
      arrays[0].shape.map((dimension, i) => (i === along ? total : dimension)),
      (index) => {
        const k = arrays.findIndex((x, i) => index[along] < from[i] + x.shape[along]);
        return at(
          arrays[k],
          index.map((i, j) => (j === along ? i - from[k] : i)),
        );
      },
    );
    const joined = concat(arrays.map(toTensor), { axis });
    expect(read(joined)).toEqual(expected);
    arrays.forEach((x, i) => {
      const begin = x.shape.map((_, j) => (j === along ? from[i] : 0));
      const end = x.shape.map((dimension, j) => (j === along ? from[i] + dimension : dimension));
      expect(read(slice(joined, begin, end))).toEqual({ shape: x.shape, values: x.values });
    });
  });
  test("gives each tensor its part of the cotangent", () => {
    const [a, b, c] = [zeros([2]), zeros([1]), zeros([3])];
    const weighted = sum(mul(concat([a, b, c]), tensor([1, 2, 3, 4, 5, 6])));
    expect(gradients(weighted, [a, b, c]).map((g) => g.toArray())).toEqual([[1, 2], [3], [4, 5, 6]]);
  });
  test("promotes", () => {
    const mixed = concat([tensor([true]), tensor([2], { dtype: "int32" })]);
    expect([mixed.dtype, mixed.toArray()]).toEqual(["int32", [1, 2]]);
    expectTypeOf(mixed).toEqualTypeOf<Tensor<[2], "int32">>();
  });
  test("takes the same tensor twice", () => {
    const x = tensor([1, 2]);
    expect(concat([x, x]).toArray()).toEqual([1, 2, 1, 2]);
  });
  test("says what is wrong", () => {
    const [a, b]: [Tensor, Tensor] = [zeros([2, 3]), zeros([2, 4])];
    expect(failure(() => concat([a, b]))).toBe(
      "ShapeError: concat: [2, 3] and [2, 4] along axis 0: axis 1 has dimensions 3 and 4",
    );
    expect(failure(() => concat([a, zeros([2]) as Tensor]))).toBe(
      "ShapeError: concat: [2, 3] and [2] differ in rank; reshape one of them",
    );
    expect(failure(() => concat([]))).toBe(
      "ShapeError: concat: there are no tensors to join; give at least one",
    );
    expect(failure(() => concat([a, a], { axis: 2 }))).toBe(
      "ShapeError: concat: axis 2 is out of range for [2, 3]: axes go from -2 to 1",
    );
    expect(failure(() => concat([tensor(1) as Tensor, tensor(2) as Tensor]))).toBe(
      "ShapeError: concat: axis 0 is out of range for []: a scalar has no axes",
    );
  });
  test("computes the type", () => {
    expectTypeOf(concat([zeros([2, 3]), zeros([4, 3])])).toEqualTypeOf<Tensor<[6, 3]>>();
    expectTypeOf(concat([zeros([2, 3]), zeros([2, 1])], { axis: -1 })).toEqualTypeOf<Tensor<[2, 4]>>();
    // @ts-expect-error: axis 1 has dimensions 3 and 4
    expect(() => concat([zeros([2, 3]), zeros([2, 4])])).toThrow("axis 1");
  });
});
