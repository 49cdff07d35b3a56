import { fc, test as property } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { allocate, type TypedArray } from "../../src/graph/dtype.ts";
import { multiply } from "../../src/kernels/multiply.ts";
import { arrayOf } from "../arbitraries.ts";
import { at, build, type NaiveArray } from "../naive.ts";

interface Factors {
  readonly a: NaiveArray;
  readonly b: NaiveArray;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const extent = fc.integer({ min: 0, max: 9 });

function factors(dtype: NaiveArray["dtype"], values?: fc.Arbitrary<number>): fc.Arbitrary<Factors> {
  return fc
    .tuple(extent, extent, extent, fc.boolean(), fc.boolean())
    .chain(([m, k, n, transposeA, transposeB]) =>
      fc.record({
        a: arrayOf(dtype, transposeA ? [k, m] : [m, k], values),
        b: arrayOf(dtype, transposeB ? [n, k] : [k, n], values),
        transposeA: fc.constant(transposeA),
        transposeB: fc.constant(transposeB),
      }),
    );
}

function entry(matrix: NaiveArray, [i, j]: readonly [number, number], isTransposed: boolean): number {
  return at(matrix, isTransposed ? [j, i] : [i, j]);
}

function extents({ a, b, transposeA, transposeB }: Factors): [number, number, number] {
  const [m, k] = transposeA ? [...a.shape].reverse() : a.shape;
  return [m, k, b.shape[transposeB ? 0 : 1]];
}

function product(given: Factors): TypedArray {
  const { a, b, transposeA, transposeB } = given;
  const [m, k, n] = extents(given);
  const left = allocate(a.dtype, m * k);
  const right = allocate(b.dtype, k * n);
  const result = allocate(a.dtype, m * n).fill(7); // what a buffer held before does not matter
  left.set(a.values);
  right.set(b.values);
  multiply(
    { values: left, transposed: transposeA },
    { values: right, transposed: transposeB },
    result,
    [m, k, n],
    a.dtype,
  );
  return result;
}

/** Every entry by its formula: a sum in order of p, each step in float64 or int32. */
function expected(given: Factors, step: (sum: number, a: number, b: number) => number): TypedArray {
  const { a, b, transposeA, transposeB } = given;
  const [m, k, n] = extents(given);
  const { values } = build([m, n], ([i, j]) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum = step(sum, entry(a, [i, p], transposeA), entry(b, [p, j], transposeB));
    return sum;
  });
  const result = allocate(a.dtype, m * n);
  result.set(values);
  return result;
}

describe("multiply", () => {
  const sumInOrder = (sum: number, a: number, b: number): number => sum + a * b;

  const float = fc.constantFrom("float32" as const, "float64" as const).chain((dtype) => factors(dtype));
  property.prop([float])("floats, with NaN, ±∞ and −0 among them", (given) => {
    expect(product(given)).toEqual(expected(given, sumInOrder));
  });

  // Numbers of like size, so that another order of summation gives other last bits.
  const rounding = factors("float64", fc.double({ min: 0.1, max: 1, noNaN: true }));
  property.prop([rounding])("each sum is in order of p", (given) => {
    expect(product(given)).toEqual(expected(given, sumInOrder));
  });

  const integer = fc.constantFrom("int32" as const, "uint8" as const).chain((dtype) => factors(dtype));
  property.prop([integer])("integers wrap", (given) => {
    expect(product(given)).toEqual(expected(given, (sum, a, b) => (sum + Math.imul(a, b)) | 0));
  });
});
