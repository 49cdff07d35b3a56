import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { erf, erfc } from "../../../src/kernels/wide/errorFunction.ts";
import { exp, expm1, log, log1p, pow } from "../../../src/kernels/wide/exponential.ts";
import { cos, sin } from "../../../src/kernels/wide/trigonometric.ts";
import {
  compare,
  floor,
  minus,
  normalized,
  one,
  over,
  plus,
  scaled,
  squareRoot,
  times,
  toNumber,
  toText,
  type Wide,
  wide,
  zero,
} from "../../../src/kernels/wide/wide.ts";
import golden from "../../golden/wide.json" with { type: "json" };

/** A number as a whole one times a power of two: exactly. */
function binary({ high, low, exponent }: Wide): [bigint, number] {
  const shift = 700;
  let whole = 0n;
  for (const part of [high, low]) {
    let mantissa = part;
    let power = shift;
    for (; !Number.isInteger(mantissa); power--) mantissa *= 2;
    whole += BigInt(mantissa) << BigInt(power);
  }
  return [whole, 512 * exponent - shift];
}

/** The relative error's negative binary logarithm: how many bits are right. */
function correctBits(value: Wide, [digits, power]: [string, number]): number {
  const [whole, exponent] = binary(value);
  const expected = BigInt(digits);
  const shift = power - exponent;
  const scaledExpected = shift >= 0 ? expected << BigInt(shift) : expected >> BigInt(-shift);
  const difference = whole - scaledExpected;
  const length = (x: bigint): number => (x < 0n ? -x : x).toString(2).length;
  return difference === 0n ? 200 : length(scaledExpected) - length(difference);
}

type Row = [[number, number], [string, number]];
type Row2 = [[number, number], [number, number], [string, number]];
const { values } = golden as unknown as { values: Record<string, Row[]> & Record<string, Row2[]> };
const of = ([high, low]: [number, number]): Wide => normalized(high, low, 0);

describe("functions of 106 bits agree with values of 800 digits", () => {
  test.each<[string, (x: Wide) => Wide, number]>([
    ["exp", exp, 93],
    ["expm1", expm1, 97],
    ["log", log, 98],
    ["log1p", log1p, 98],
    ["sin", sin, 98],
    ["cos", cos, 98],
    ["erf", erf, 97],
    ["erfc", erfc, 86],
    ["squareRoot", squareRoot, 99],
  ])("%s", (name, fn, bits) => {
    for (const [x, y] of (values as Record<string, Row[]>)[name]) {
      expect([x, correctBits(fn(of(x)), y) >= bits], `${correctBits(fn(of(x)), y)} bits`).toEqual([x, true]);
    }
  });
  test.each<[string, (a: Wide, b: Wide) => Wide, number]>([
    ["plus", plus, 103],
    ["times", times, 102],
    ["over", over, 101],
    ["pow", pow, 92],
  ])("%s", (name, fn, bits) => {
    for (const [a, b, y] of (values as Record<string, Row2[]>)[name]) {
      const right = correctBits(fn(of(a), of(b)), y);
      expect([a, b, right >= bits], `${right} bits`).toEqual([a, b, true]);
    }
  });
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const any = fc.double();

describe("arithmetic", () => {
  property.prop([any])("holds every float64", (x) => {
    expect(toNumber(wide(x))).toBe(x);
  });
  property.prop([finite, finite])("a + b − a = b exactly, of numbers not 2⁵⁰ apart", (a, b) => {
    fc.pre(a !== 0 && b !== 0 && Math.abs(Math.log2(Math.abs(a)) - Math.log2(Math.abs(b))) < 50);
    expect(toNumber(minus(plus(wide(a), wide(b)), wide(a)))).toBe(b);
  });
  property.prop([any, any])(
    "rounds to the product, sum and quotient of float64 where these are exact in type",
    (a, b) => {
      const special = [a, b].some((x) => x === 0 || !Number.isFinite(x));
      if (special) {
        expect(toNumber(times(wide(a), wide(b)))).toBe(a * b);
        expect(toNumber(plus(wide(a), wide(b)))).toBe(a + b);
        expect(toNumber(over(wide(a), wide(b)))).toBe(a / b);
      }
      const order = compare(wide(a), wide(b));
      expect(order > 0 ? 1 : order < 0 ? -1 : order === 0 ? 0 : Number.NaN).toBe(
        a > b ? 1 : a < b ? -1 : a === b ? 0 : Number.NaN,
      );
    },
  );
  property.prop([fc.double({ min: -1e12, max: 1e12, noNaN: true })])(
    "log eˣ = x far beyond float64's exponents",
    (x) => {
      const back = log(exp(wide(x)));
      expect(Math.abs(toNumber(minus(back, wide(x))))).toBeLessThanOrEqual(
        2 ** -90 * Math.max(1, Math.abs(x)),
      );
    },
  );
  property.prop([finite])("floor is the greatest whole number not above", (x) => {
    expect(toNumber(floor(wide(x)))).toBe(Math.floor(x));
    expect(toNumber(floor(plus(wide(3), wide(-(2 ** -80)))))).toBe(2);
  });
});

describe("edges", () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  test.each<[string, (x: Wide) => Wide, (x: number) => number]>([
    ["exp", exp, Math.exp],
    ["expm1", expm1, Math.expm1],
    ["log", log, Math.log],
    ["log1p", log1p, Math.log1p],
    ["sin", sin, Math.sin],
    ["cos", cos, Math.cos],
    ["sqrt", squareRoot, Math.sqrt],
    ["floor", floor, Math.floor],
  ])("%s of 0, −0, ±∞, NaN, −1 and −2", (_, fn, expected) => {
    for (const x of [0, -0, infinity, -infinity, nan]) expect(toNumber(fn(wide(x)))).toBe(expected(x));
    for (const x of [-1, -2]) expect(Number.isNaN(toNumber(fn(wide(x))))).toBe(Number.isNaN(expected(x)));
  });
  test.each([
    [0, 0, 1],
    [nan, 0, 1],
    [1, nan, 1],
    [-1, infinity, 1],
    [2, infinity, infinity],
    [0.5, infinity, 0],
    [0, -1, infinity],
    [-0, -1, -infinity],
    [-2, 3, -8],
    [-2, 2, 4],
    [-2, 0.5, nan],
    [-infinity, 3, -infinity],
    [-1, 2001, -1],
    [-1, 2000, 1],
  ])("pow(%d, %d) = %d", (a, b, y) => {
    expect(toNumber(pow(wide(a), wide(b)))).toBe(y);
  });
  test("erf and erfc of 0, ±∞ and NaN", () => {
    expect([0, infinity, -infinity, nan].map((x) => toNumber(erf(wide(x))))).toEqual([0, 1, -1, nan]);
    expect([0, infinity, -infinity, nan].map((x) => toNumber(erfc(wide(x))))).toEqual([1, 0, 2, nan]);
  });
  test("beyond float64 there are numbers, which have a text", () => {
    expect(toNumber(exp(wide(1000)))).toBe(infinity);
    expect(toNumber(over(exp(wide(1000)), plus(exp(wide(1000)), one)))).toBe(1);
    expect(toText(exp(wide(1000)))).toBe("1.97007e+434");
    expect(toText(exp(wide(-1000)))).toBe("5.07596e-435");
    expect([0.1, -1000, 0, nan, infinity].map((x) => toText(wide(x)))).toEqual([
      "0.1",
      "-1000",
      "0",
      "NaN",
      "Infinity",
    ]);
    expect(toText(scaled(one, 1e6))).toBe("9.90066e+301029");
    expect(compare(exp(wide(-1e9)), zero)).toBeGreaterThan(0);
  });
});
