import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  compile,
  evaluate,
  grad,
  scatterAdd,
  sum,
  type Tensor,
  take,
  tensor,
  zeros,
} from "../../src/index.ts";
import { array, arrayOf, axisOf, shape } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, type NaiveArray, read, sizeOf, toTensor } from "../naive.ts";

function indicesBelow(count: number): fc.Arbitrary<NaiveArray> {
  return fc
    .tuple(shape({ maxRank: 2, maxDimension: 3 }), fc.constantFrom("int32", "uint8"))
    .filter(([shaped]) => count > 0 || sizeOf(shaped) === 0)
    .chain(([shaped, of]) => arrayOf(of, shaped, fc.nat({ max: Math.max(0, count - 1) })));
}

const cases = array({ shapes: shape({ minRank: 1, maxRank: 3 }) }).chain((x) =>
  axisOf(x.shape).chain((axis) => {
    const along = axis < 0 ? axis + x.shape.length : axis;
    return fc.tuple(fc.constant(x), fc.constant(axis), fc.constant(along), indicesBelow(x.shape[along]));
  }),
);

describe("take", () => {
  property.prop([cases])("replaces the axis by the axes of the indices", ([x, axis, along, indices]) => {
    const result = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
    const rank = indices.shape.length;
    const expected = build(result, (index) => {
      const which = at(indices, index.slice(along, along + rank));
      return at(x, [...index.slice(0, along), which, ...index.slice(along + rank)]);
    });
    expect(read(take(toTensor(x), toTensor(indices), { axis }))).toEqual(expected);
  });
  test("with a scalar index drops the axis", () => {
    const row = take(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor(1, { dtype: "int32" }),
    );
    expect(row.toArray()).toEqual([3, 4]);
    expectTypeOf(row).toEqualTypeOf<Tensor<[2]>>();
  });
  test("with an index out of range throws when it is read, naming index, axis and dimension", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    for (const index of [2, -1]) {
      const taken = take(x, tensor([0, index], { dtype: "int32" }), { axis: 1 });
      expect(failure(() => taken.toArray())).toBe(
        `IndexError: take: index ${index} is out of range for axis 1 of dimension 2`,
      );
      expect(failure(() => evaluate(taken))).toContain("IndexError: take");
    }
    expect(
      failure(() => compile((i: Tensor<[1], "int32">) => take(x, i))(tensor([7], { dtype: "int32" }))),
    ).toBe("IndexError: take: index 7 is out of range for axis 0 of dimension 2");
  });
  test("refuses indices that are no integers", () => {
    expect(failure(() => take(tensor([1, 2]), tensor([0])))).toBe(
      'DTypeError: take: indices are float32; expected int32 or uint8, as cast(indices, "int32") gives',
    );
    expect(failure(() => take(tensor([1, 2]), tensor([true])))).toContain("indices are bool");
    expect(failure(() => take(tensor(1) as Tensor, tensor(0, { dtype: "int32" })))).toBe(
      "ShapeError: take: axis 0 is out of range for []: a scalar has no axes",
    );
  });
  test("adds up the gradient of an index that occurs twice", () => {
    const indices = tensor([2, 0, 2], { dtype: "int32" });
    expect(grad((x: Tensor<[4]>) => sum(take(x, indices)))(zeros([4])).toArray()).toEqual([1, 0, 2, 0]);
  });
});

describe("scatterAdd", () => {
  property.prop([cases])("adds what take would have taken back where it was", ([x, axis, along, indices]) => {
    const shaped = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
    const given: NaiveArray = {
      shape: shaped,
      dtype: "int32",
      values: Array.from({ length: sizeOf(shaped) }, (_, i) => i + 1),
    };
    const sums = new Map<string, number>();
    build(shaped, (index) => {
      const which = at(indices, index.slice(along, along + indices.shape.length));
      const key = [...index.slice(0, along), which, ...index.slice(along + indices.shape.length)].join();
      sums.set(key, (sums.get(key) ?? 0) + at(given, index));
      return 0;
    });
    const size = x.shape[along];
    const expected = build(x.shape, (index) => sums.get(index.join()) ?? 0);
    expect(read(scatterAdd(toTensor(given), toTensor(indices), { axis, size }))).toEqual(expected);
  });
  test("adds in float64, so that small addends are not lost", () => {
    const small = 2 ** -24;
    const given = tensor([1, ...new Array<number>(16).fill(small)]);
    const total = scatterAdd(given, zeros([17], { dtype: "int32" }), { axis: 0, size: 1 });
    expect(total.toArray()).toEqual([1 + 16 * small]);
  });
  test("counts bool as int32", () => {
    const counts = scatterAdd(tensor([true, true, false]), zeros([3], { dtype: "int32" }), {
      axis: 0,
      size: 1,
    });
    expect([counts.dtype, counts.toArray()]).toEqual(["int32", [2]]);
  });
  test("refuses an index that it would write beyond", () => {
    const [x, indices] = [zeros([2, 2]), tensor([0, 3], { dtype: "int32" })];
    expect(failure(() => scatterAdd(x, indices, { axis: 1, size: 3 }).toArray())).toBe(
      "IndexError: scatterAdd: index 3 is out of range for axis 1 of dimension 3",
    );
    expect(failure(() => scatterAdd(x, zeros([3], { dtype: "int32" }), { axis: 0, size: 3 }))).toBe(
      "ShapeError: scatterAdd: [2, 2] does not have the indices' shape [3] at axis 0",
    );
    expect(failure(() => scatterAdd(x, indices, { axis: 2, size: 3 }))).toBe(
      "ShapeError: scatterAdd: axis 2 is out of range: [2, 2] with indices [2] gives 2 axes",
    );
    expect(failure(() => scatterAdd(x, indices, { axis: 0, size: -1 }))).toContain("dimension -1");
  });
});
