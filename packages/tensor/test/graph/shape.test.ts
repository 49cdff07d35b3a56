import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  add,
  broadcastShapes,
  equal,
  less,
  maximum,
  minimum,
  mul,
  sub,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../src/index.ts";
import { arrayOf, broadcastable, shape } from "../arbitraries.ts";
import { failure } from "../failure.ts";
import { at, build, type NaiveArray, read, sizeOf, toTensor } from "../naive.ts";

/** The element that broadcasting puts at an index of the result: aligned on the right, 0 along stretched axes. */
function stretched(x: NaiveArray, index: readonly number[]): number {
  const own = index.slice(index.length - x.shape.length);
  return at(
    x,
    own.map((i, axis) => (x.shape[axis] === 1 ? 0 : i)),
  );
}

const wholes = fc.integer({ min: -9, max: 9 });
const pairs = broadcastable(2).chain(({ result, shapes: [a, b] }) =>
  fc.tuple(fc.constant(result), arrayOf("int32", a, wholes), arrayOf("int32", b, wholes)),
);
const triples = broadcastable(3).chain(({ result, shapes: [c, a, b] }) =>
  fc.tuple(
    fc.constant(result),
    arrayOf("bool", c),
    arrayOf("int32", a, wholes),
    arrayOf("float32", b, wholes),
  ),
);

describe("broadcasting", () => {
  property.prop([pairs])("pairs elements as NumPy does", ([result, a, b]) => {
    const [x, y] = [toTensor(a), toTensor(b)];
    const ops = [
      [add, (m: number, n: number) => m + n],
      [sub, (m: number, n: number) => m - n],
      [mul, (m: number, n: number) => m * n + 0],
      [maximum, Math.max],
      [minimum, Math.min],
      [less, (m: number, n: number) => Number(m < n)],
      [equal, (m: number, n: number) => Number(m === n)],
    ] as const;
    for (const [op, naive] of ops) {
      const expected = build(result, (index) => naive(stretched(a, index), stretched(b, index)));
      expect(read(op(x, y))).toEqual(expected);
    }
  });
  property.prop([triples])("of three operands", ([result, c, a, b]) => {
    const expected = build(result, (index) =>
      stretched(c, index) === 1 ? stretched(a, index) : stretched(b, index),
    );
    expect(read(where(toTensor(c), toTensor(a), toTensor(b)))).toEqual(expected);
  });
  property.prop([shape({ maxDimension: 3 }), shape({ maxDimension: 3 })])(
    "of any two shapes gives a shape that holds both, in either order, or names the axis",
    (a, b) => {
      const rank = Math.max(a.length, b.length);
      const [p, q] = [a, b].map((one) => [...new Array<number>(rank - one.length).fill(1), ...one]);
      const clash = p.findLastIndex((m, axis) => m !== q[axis] && m !== 1 && q[axis] !== 1);
      if (clash === -1) {
        const expected = p.map((m, axis) => (m === 1 ? q[axis] : m));
        expect(broadcastShapes("add", [a, b])).toEqual(expected);
        expect(broadcastShapes("add", [b, a])).toEqual(expected);
      } else {
        expect(failure(() => broadcastShapes("add", [a, b]))).toContain(
          `ShapeError: add: cannot broadcast [${a.join(", ")}] with [${b.join(", ")}]: axis ${clash - rank} has dimensions ${p[clash]} and ${q[clash]}; `,
        );
      }
    },
  );
  property.prop([shape({ maxDimension: 3 })])("with itself, a scalar or 1s changes nothing", (one) => {
    expect(broadcastShapes("add", [one])).toEqual(one);
    expect(broadcastShapes("add", [one, one])).toEqual(one);
    expect(broadcastShapes("add", [[], one])).toEqual(one);
    expect(broadcastShapes("add", [one, one.map(() => 1)])).toEqual(one);
  });
  test("says how a vector per row is meant", () => {
    const [rows, perRow]: [Tensor, Tensor] = [zeros([32, 10]), zeros([32])];
    expect(failure(() => add(rows, perRow))).toBe(
      "ShapeError: add: cannot broadcast [32, 10] with [32]: axis -1 has dimensions 10 and 32; reshape the second to [32, 1]",
    );
    expect(failure(() => add(perRow, rows))).toBe(
      "ShapeError: add: cannot broadcast [32] with [32, 10]: axis -1 has dimensions 32 and 10; reshape the first to [32, 1]",
    );
    expect(failure(() => add(rows, zeros([7]) as Tensor))).toBe(
      "ShapeError: add: cannot broadcast [32, 10] with [7]: axis -1 has dimensions 10 and 7; they must be equal, or one of them 1",
    );
  });
  test("0 stretches from 1 and clashes with 2", () => {
    expect(add(zeros([0]), zeros([1])).shape).toEqual([0]);
    expect(add(zeros([0]), 1).shape).toEqual([0]);
    expect(failure(() => add(zeros([0]) as Tensor, zeros([2]) as Tensor))).toContain(
      "axis -1 has dimensions 0 and 2",
    );
  });
  test("is in the type, also a dimension known when run", () => {
    const rows = zeros([32, 10]);
    expectTypeOf(add(rows, zeros([10]))).toEqualTypeOf<Tensor<[32, 10]>>();
    expectTypeOf(add(rows, zeros([32, 1]))).toEqualTypeOf<Tensor<[32, 10]>>();
    expectTypeOf(add(rows, zeros([1 as number, 10]))).toEqualTypeOf<Tensor<[32, 10]>>();
    expectTypeOf(add(rows, zeros([10]) as Tensor)).toEqualTypeOf<Tensor>();
    // @ts-expect-error: axis -1 has dimensions 10 and 32
    expect(() => add(rows, zeros([32]))).toThrow("cannot broadcast");
    // @ts-expect-error: axis -1 has dimensions 10 and 32, in a method too
    expect(() => rows.add(zeros([32]))).toThrow("cannot broadcast");
  });
});

describe("a shape that an op is given", () => {
  test("has whole dimensions from 0", () => {
    expect(failure(() => zeros([2, -1]))).toBe(
      "ShapeError: full: [2, -1] has dimension -1; dimensions are whole numbers from 0",
    );
    expect(failure(() => zeros([1.5]))).toContain("[1.5] has dimension 1.5");
    // @ts-expect-error: a number is no shape
    expect(failure(() => zeros(3))).toBe("ShapeError: full: 3 is no shape; give an array of dimensions");
  });
  test("is not changed when the caller changes its array", () => {
    const mine = [2, 3];
    const made = [
      zeros(mine),
      tensor([1, 2, 3, 4, 5, 6], mine),
      zeros([6]).reshape(mine),
      zeros([3]).broadcastTo(mine),
    ];
    mine[0] = 99;
    for (const x of made) expect(x.shape).toEqual([2, 3]);
    expect(made.map((x) => x.toTypedArray().length)).toEqual([6, 6, 6, 6]);
  });
});

test("size is the product of the dimensions, rank their number", () => {
  fc.assert(
    fc.property(shape(), (one) => {
      const x = zeros(one);
      expect([x.size, x.rank]).toEqual([sizeOf(one), one.length]);
      expect(x.toTypedArray()).toHaveLength(sizeOf(one));
    }),
  );
});
