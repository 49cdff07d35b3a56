import { describe, expect, test } from "vitest";
import type { Expression } from "../src/ir/index.ts";
import type { Lanes } from "../src/lanes.ts";
import { compileLanes, targets } from "./runLanes.ts";

const edges = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  3,
  -3.7,
  1e-40,
  -1e-40,
  1e10,
  -1e10,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0.1,
];
/** Each with each. */
const left = Float64Array.from(edges.flatMap((a) => edges.map(() => a)));
const right = Float64Array.from(edges.flatMap(() => edges));

function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  const value = Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
  return value === 0 ? x * 0 : value;
}

const unary: Record<string, [(lanes: Lanes, a: Expression) => Expression, (a: number) => number]> = {
  abs: [(l, a) => l.abs(a), Math.abs],
  neg: [(l, a) => l.neg(a), (a) => -a],
  sqrt: [(l, a) => l.sqrt(a), Math.sqrt],
  floor: [(l, a) => l.floor(a), Math.floor],
  trunc: [(l, a) => l.trunc(a), Math.trunc],
  nearest: [(l, a) => l.nearest(a), (a) => (Number.isFinite(a) ? roundHalfEven(a) : a)],
  "the bits and back": [(l, a) => l.fromBits(l.bits(a)), (a) => a],
  "a constant": [(l, a) => l.add(a, l.constant(0.1)), (a) => a + 0.1],
  "the constant −0": [(l, a) => l.copysign(a, l.constant(-0)), (a) => -Math.abs(a)],
  "two constants 0 of both signs": [
    (l, a) => l.select(l.lt(a, l.constant(0)), l.constant(-0), l.constant(0)),
    (a) => (a < 0 ? -0 : 0),
  ],
};

const binary: Record<
  string,
  [(lanes: Lanes, a: Expression, b: Expression) => Expression, (a: number, b: number) => number]
> = {
  add: [(l, a, b) => l.add(a, b), (a, b) => a + b],
  sub: [(l, a, b) => l.sub(a, b), (a, b) => a - b],
  mul: [(l, a, b) => l.mul(a, b), (a, b) => a * b],
  div: [(l, a, b) => l.div(a, b), (a, b) => a / b],
  min: [(l, a, b) => l.min(a, b), Math.min],
  max: [(l, a, b) => l.max(a, b), Math.max],
  copysign: [
    (l, a, b) => l.copysign(a, b),
    (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  ],
  lt: [(l, a, b) => l.select(l.lt(a, b), l.constant(1), l.constant(2)), (a, b) => (a < b ? 1 : 2)],
  le: [(l, a, b) => l.select(l.le(a, b), l.constant(1), l.constant(2)), (a, b) => (a <= b ? 1 : 2)],
  eq: [(l, a, b) => l.select(l.eq(a, b), l.constant(1), l.constant(2)), (a, b) => (a === b ? 1 : 2)],
  ne: [(l, a, b) => l.select(l.ne(a, b), l.constant(1), l.constant(2)), (a, b) => (a !== b ? 1 : 2)],
  "and, or, not": [
    (l, a, b) => {
      const isBelow = l.keep(l.lt(a, b));
      const isPositive = l.keep(l.lt(l.constant(0), a));
      const mask = l.or(l.and(isBelow, isPositive), l.not(l.or(isBelow, isPositive)));
      return l.select(mask, l.constant(1), l.constant(2));
    },
    (a, b) => (a < b === 0 < a ? 1 : 2),
  ],
};

describe.each(targets)("%s", (simd) => {
  describe.each(["float32", "float64"] as const)("%s", (dtype) => {
    const ArrayOf = dtype === "float32" ? Float32Array : Float64Array;
    const round = (x: number): number => ArrayOf.of(x)[0];
    const [a, b] = [ArrayOf.from(left), ArrayOf.from(right)];

    test.each(Object.keys(unary))("%s", (name) => {
      const [write, meaning] = unary[name];
      const tenth = round(0.1);
      const expected = name === "a constant" ? a.map((x) => x + tenth) : a.map(meaning);
      expect(compileLanes(dtype, simd, 1, write)(a)).toEqual(expected);
    });
    test.each(Object.keys(binary))("%s", (name) => {
      const [write, meaning] = binary[name];
      const actual = compileLanes(dtype, simd, 2, write)(a, b);
      expect(actual).toEqual(a.map((x, i) => meaning(x, b[i])));
    });
    test.each([
      ["atMost", Math.min],
      ["atLeast", Math.max],
    ] as const)("%s keeps NaN", (name, meaning) => {
      const actual = compileLanes(dtype, simd, 1, (l, x) => l[name](x, l.constant(1)))(a);
      expect(actual).toEqual(a.map((x) => meaning(x, 1)));
    });
    test("madd and nmadd are a product and a sum, rounded once or twice", () => {
      const some = ArrayOf.of(1 / 3, 3, -7, 1e-3);
      const other = ArrayOf.of(0.1, 5, 2, 1e3);
      const madd = compileLanes(dtype, simd, 2, (l, x, y) => l.madd(x, y, l.constant(1)))(some, other);
      const nmadd = compileLanes(dtype, simd, 2, (l, x, y) => l.nmadd(x, y, l.constant(1)))(some, other);
      const tolerance = dtype === "float32" ? 2 ** -23 : 2 ** -52;
      for (let i = 0; i < 4; i++) {
        const product = some[i] * other[i];
        expect(Math.abs(madd[i] - (1 + product))).toBeLessThanOrEqual(tolerance * (1 + Math.abs(product)));
        expect(Math.abs(nmadd[i] - (1 - product))).toBeLessThanOrEqual(tolerance * (1 + Math.abs(product)));
      }
    });
    test("integers: to them, arithmetic, shifts, and back", () => {
      const whole = ArrayOf.of(0, 1, -1, 5, -6, 1000, -1000, 4194303);
      const write = (l: Lanes, x: Expression): Expression => {
        const n = l.keep(l.toInt(x));
        const shifted = l.intAdd(l.shr(n, 1), l.shl(l.intAnd(n, l.intConstant(3)), 4));
        return l.toFloat(l.intSub(l.intXor(shifted, l.intConstant(-1)), l.intOr(n, l.intConstant(1))));
      };
      const meaning = (n: number): number => ~((n >> 1) + ((n & 3) << 4)) - (n | 1);
      expect(compileLanes(dtype, simd, 1, write)(whole)).toEqual(whole.map(meaning));
    });
    test("integers: comparisons and the unsigned shift", () => {
      const write = (l: Lanes, x: Expression): Expression => {
        const n = l.keep(l.toInt(x));
        const isNegative = l.keep(l.intLt(n, l.intConstant(0)));
        const top = l.shru(n, dtype === "float32" ? 31 : 63);
        const sign = l.toFloat(l.select(l.intEq(n, l.intConstant(7)), l.intConstant(70), top));
        return l.select(isNegative, l.neg(sign), sign);
      };
      const whole = ArrayOf.of(0, 7, -7, -1, 8, 100, -4194303, 1);
      expect(compileLanes(dtype, simd, 1, write)(whole)).toEqual(ArrayOf.of(0, 70, -1, -1, 0, 0, -1, 0));
    });
    test("widened and narrowed, what is done between is done in float64", () => {
      const write = (l: Lanes, x: Expression): Expression =>
        l.narrow(l.widen(x).map((part) => l.wide.sub(l.wide.add(part, l.wide.constant(2 ** -40)), part)));
      const ones = ArrayOf.of(1, 1.5, 1.25, 1.75);
      expect(compileLanes(dtype, simd, 1, write)(ones)).toEqual(ones.map(() => 2 ** -40));
      expect(compileLanes(dtype, simd, 1, (l, x) => l.narrow(l.widen(x)))(a)).toEqual(a);
    });
    test("lane by lane, inputs and outputs keep their places", () => {
      const write = (l: Lanes, x: Expression, y: Expression): Expression => {
        const [inputs, output] = [[l.keep(x), l.keep(y)], l.keep(x)];
        l.perLane(inputs, [output], (scalar, [p, q]) => [scalar.sub(scalar.mul(p, q), scalar.constant(3))]);
        return output;
      };
      const some = ArrayOf.of(1, 2, 3, 4, 5, 6, 7, 8);
      const other = ArrayOf.of(10, 20, 30, 40, 50, 60, 70, 80);
      expect(compileLanes(dtype, simd, 2, write)(some, other)).toEqual(some.map((p, i) => p * other[i] - 3));
    });
  });
});
