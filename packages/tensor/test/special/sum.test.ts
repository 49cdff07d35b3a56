import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { sumRow, sumStrided } from "../../src/kernels/sum.ts";
import { exact, exactUlp, magnitude } from "../exact.ts";
import { ulps } from "../ulps.ts";

const { MAX_VALUE, POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: NAN } = Number;
const sum = (...values: number[]): number => sumRow(new Float64Array(values), 0, values.length);

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const positive = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
/** Numbers that nearly cancel: each comes with its negative, slightly off. */
const cancelling = fc
  .array(fc.tuple(finite, fc.constantFrom(1, 1 + 2 ** -52, 1 - 2 ** -40, 0.5)))
  .map((pairs) => pairs.flatMap(([x, factor]) => [x, -x * factor]).filter(Number.isFinite));

const LIMIT = (1n << 2098n) - (1n << 2044n); // 2¹⁰²⁴ − ½ ulp: from here on a sum rounds to ∞

function expectWithin(
  values: readonly number[],
  bound: (result: number, sumOfMagnitudes: bigint) => bigint,
): void {
  const result = sumRow(new Float64Array(values), 0, values.length);
  const expected = values.reduce((total, x) => total + exact(x), 0n);
  const magnitudes = values.reduce((total, x) => total + magnitude(exact(x)), 0n);
  if (magnitude(expected) >= LIMIT)
    expect(result).toBe(expected > 0n ? POSITIVE_INFINITY : NEGATIVE_INFINITY);
  else expect(magnitude(exact(result) - expected)).toBeLessThanOrEqual(bound(result, magnitudes));
}

describe("float64", () => {
  property.prop([fc.array(positive, { maxLength: 200 })])(
    "addends of one sign: within an ulp of the sum",
    (values) => {
      expectWithin(values, (result) => exactUlp(result));
      expectWithin(
        values.map((x) => -x),
        (result) => exactUlp(result),
      );
    },
  );

  property.prop([fc.oneof(fc.array(finite, { maxLength: 200 }), cancelling)])(
    "any addends: within an ulp of the sum and 2⁻⁹⁰ of the magnitudes",
    (values) => {
      // n² 2⁻¹⁰⁶ for up to 200 addends is 2⁻⁹⁰·⁷; the smallest subnormals are never lost unless partial sums overflow.
      expectWithin(values, (result, magnitudes) => exactUlp(result) + (magnitudes >> 90n));
    },
  );

  test("a million addends", () => {
    const values = Array.from({ length: 1_000_000 }, (_, i) => 1 / (i + 1) ** 2);
    expectWithin(values, (result) => exactUlp(result));
  });

  test("what a running sum loses is kept", () => {
    expect(sum(1, 1e100, 1, -1e100)).toBe(2);
    expect(sum(...new Array<number>(10).fill(0.1))).toBe(1);
  });

  test.for<{ values: number[]; expected: number }>([
    { values: [], expected: 0 },
    { values: [7], expected: 7 },
    { values: [POSITIVE_INFINITY, 1, 2], expected: POSITIVE_INFINITY },
    { values: [1, NEGATIVE_INFINITY, 2], expected: NEGATIVE_INFINITY },
    { values: [POSITIVE_INFINITY, POSITIVE_INFINITY], expected: POSITIVE_INFINITY },
    { values: [POSITIVE_INFINITY, 1, NEGATIVE_INFINITY], expected: NAN },
    { values: [1, NAN], expected: NAN },
    { values: [POSITIVE_INFINITY, NAN], expected: NAN },
    { values: [MAX_VALUE, MAX_VALUE], expected: POSITIVE_INFINITY },
    { values: [MAX_VALUE, MAX_VALUE, -MAX_VALUE], expected: MAX_VALUE },
    { values: [MAX_VALUE, MAX_VALUE, -MAX_VALUE, -MAX_VALUE, 3], expected: 3 },
    { values: [MAX_VALUE, MAX_VALUE, NEGATIVE_INFINITY], expected: NEGATIVE_INFINITY },
  ])("$values gives $expected", ({ values, expected }) => {
    expect(sum(...values)).toBe(expected);
  });
});

describe("float32", () => {
  const single = fc.float({ noNaN: true, noDefaultInfinity: true });
  property.prop([fc.array(single, { maxLength: 200 })])("rounds the float64 sum once", (values) => {
    const result = sumRow(new Float32Array(values), 0, values.length);
    // 200 · 2⁻⁵³ of the magnitudes.
    const magnitudes = sum(...values.map(Math.abs));
    expect(Math.abs(result - sum(...values))).toBeLessThanOrEqual(200 * 2 ** -53 * magnitudes);
  });

  test("a hundred thousand tenths are within half an ulp, where float32 steps would lose 1e-4 of them", () => {
    const values = new Float32Array(100_000).fill(0.1);
    expect(ulps(Math.fround(sumRow(values, 0, values.length)), Math.fround(0.1) * 100_000, "float32")).toBe(
      0,
    );
  });

  test("infinities and NaN", () => {
    const row = (...values: number[]): number => sumRow(new Float32Array(values), 0, values.length);
    expect(row()).toBe(0);
    expect(row(1, POSITIVE_INFINITY)).toBe(POSITIVE_INFINITY);
    expect(row(1, POSITIVE_INFINITY, 2, 3, 4, NEGATIVE_INFINITY)).toBeNaN();
    expect(row(3e38, 3e38, -3e38)).toBe(Math.fround(3e38)); // 6e38 is beyond float32 only
  });
});

describe("integers", () => {
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  property.prop([fc.array(int32)])("int32 sums wrap modulo 2³²", (values) => {
    const expected = values.reduce((total, x) => total + BigInt(x), 0n);
    expect(sumRow(new Int32Array(values), 0, values.length)).toBe(Number(BigInt.asIntN(32, expected)));
  });

  test("no bit is lost where a float64 total would round", () => {
    const values = new Int32Array(5_000_000).fill(2 ** 31 - 1);
    const expected = BigInt.asIntN(32, 5_000_000n * (2n ** 31n - 1n));
    expect(sumRow(values, 0, values.length)).toBe(Number(expected));
  });

  test("uint8 and bool sum as int32", () => {
    expect(sumRow(new Uint8Array(1000).fill(255), 0, 1000)).toBe(255_000);
    expect(sumRow(new Uint8Array(0), 0, 0)).toBe(0);
  });
});

describe("layout", () => {
  property.prop([
    fc.constantFrom(Float64Array, Float32Array, Int32Array, Uint8Array),
    fc.array(fc.double({ min: -200, max: 200, noNaN: true }), { maxLength: 60 }),
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 1, max: 4 }),
  ])("offset and stride select elements and change no bit", (Values, elements, offset, stride) => {
    const row = new Values(elements);
    const spread = new Values(offset + elements.length * stride).fill(99);
    row.forEach((x, i) => {
      spread[offset + i * stride] = x;
    });
    expect(sumStrided(spread, offset, row.length, stride)).toBe(sumRow(row, 0, row.length));
  });
});
