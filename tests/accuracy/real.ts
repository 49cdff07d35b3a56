import { bitLength } from "../stabilise/bigfloat.ts";

/**
 * A number `mantissa · 2^exponent` of {@link precision} bits, whose exponent has no end: arithmetic that judges float64.
 * Every function here is right to about 250 bits of its result, also where the result is tiny.
 */
export interface Real {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const precision = 256;
/** Bits after the point of the sums of series. */
const fraction = 320;
const one = 1n << BigInt(fraction);

function rounded(mantissa: bigint, exponent: number): Real {
  const excess = bitLength(mantissa) - precision;
  return excess <= 0
    ? { mantissa, exponent }
    : { mantissa: mantissa >> BigInt(excess), exponent: exponent + excess };
}

const bytes = new DataView(new ArrayBuffer(8));

/** The exact value of a finite number. */
export function real(x: number): Real {
  bytes.setFloat64(0, x);
  const bits = bytes.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const digits = bits & 0xfffffffffffffn;
  const magnitude = biased === 0 ? digits : digits | 0x10000000000000n;
  return { mantissa: x < 0 ? -magnitude : magnitude, exponent: Math.max(1, biased) - 1075 };
}

/** The exact value of a decimal such as `1.05`. */
export function decimal(text: string): Real {
  const [whole, digits = ""] = text.split(".");
  return over(rounded(BigInt(whole + digits), 0), rounded(10n ** BigInt(digits.length), 0));
}

/** The exponent e of `2^(e−1) ≤ |x| < 2^e`; −∞ for 0. */
function magnitude({ mantissa, exponent }: Real): number {
  return mantissa === 0n ? Number.NEGATIVE_INFINITY : bitLength(mantissa) + exponent;
}

export function isNegative({ mantissa }: Real): boolean {
  return mantissa < 0n;
}

export function minus({ mantissa, exponent }: Real): Real {
  return { mantissa: -mantissa, exponent };
}

export function plus(a: Real, b: Real): Real {
  if (a.mantissa === 0n) return b;
  if (b.mantissa === 0n) return a;
  const [high, low] = magnitude(a) >= magnitude(b) ? [a, b] : [b, a];
  // Beyond the last bit of the larger one.
  if (magnitude(high) - magnitude(low) > 2 * precision) return high;
  const exponent = Math.min(high.exponent, low.exponent);
  const sum =
    (high.mantissa << BigInt(high.exponent - exponent)) + (low.mantissa << BigInt(low.exponent - exponent));
  return rounded(sum, exponent);
}

export function times(a: Real, b: Real): Real {
  return rounded(a.mantissa * b.mantissa, a.exponent + b.exponent);
}

export function over(a: Real, b: Real): Real {
  const shift = Math.max(0, precision + 64 + bitLength(b.mantissa) - bitLength(a.mantissa));
  return rounded((a.mantissa << BigInt(shift)) / b.mantissa, a.exponent - b.exponent - shift);
}

/** `x · 2ᵏ`. */
export function scaled({ mantissa, exponent }: Real, k: number): Real {
  return { mantissa, exponent: exponent + k };
}

/** `x` with so many bits after the point, rounded down. */
function fixed({ mantissa, exponent }: Real, bits: number = fraction): bigint {
  const shift = exponent + bits;
  return shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift);
}

function ofFixed(x: bigint, bits: number = fraction): Real {
  return rounded(x, -bits);
}

/** `Σ cₙ uⁿ` in fixed point, where `cₙ₊₁ = cₙ · numerator(n) / denominator(n)`, from `c₀ = 1` on. */
function series(u: bigint, ratio: (n: bigint) => readonly [numerator: bigint, denominator: bigint]): bigint {
  let term = one;
  let total = term;
  for (let n = 0n; ; n++) {
    const [numerator, denominator] = ratio(n);
    term = (((term * u) >> BigInt(fraction)) * numerator) / denominator;
    if (term === 0n || term === -1n) return total;
    total += term;
  }
}

/** `artanh(1/n)` with `bits` bits after the point. */
function inverseArtanh(n: bigint, bits: number): bigint {
  let power = (1n << BigInt(bits)) / n;
  let total = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    total += power / k;
    power /= n * n;
  }
  return total;
}

/** `arctan(1/n)` with `bits` bits after the point. */
function inverseArctan(n: bigint, bits: number): bigint {
  let power = (1n << BigInt(bits)) / n;
  let total = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    total += k % 4n === 1n ? power / k : -power / k;
    power /= n * n;
  }
  return total;
}

const log2Fixed =
  (18n * inverseArtanh(26n, fraction + 32) -
    2n * inverseArtanh(4801n, fraction + 32) +
    8n * inverseArtanh(8749n, fraction + 32)) >>
  32n;
// Enough to leave 400 bits after the point when multiples of π/2 as large as 2¹⁰²⁴ are taken away.
const piBits = 1600;
const piFixed = (16n * inverseArctan(5n, piBits + 32) - 4n * inverseArctan(239n, piBits + 32)) >> 32n;

export const pi: Real = rounded(piFixed, -piBits);
export const logOfTwo: Real = ofFixed(log2Fixed);
export const logOfTen: Real = log(real(10));
const zero: Real = { mantissa: 0n, exponent: 0 };
export const unit: Real = real(1);

/** Beyond, exponentials are taken for those of the bound: 2^±23000 is 0 or ∞ to every format here. */
const farthest = 16000;

function clamped(x: Real): Real {
  return magnitude(x) > 14 ? real(isNegative(x) ? -farthest : farthest) : x;
}

const halvings = 16;

/** `eˣ`. */
export function exp(given: Real): Real {
  const x = clamped(given);
  const inFixed = fixed(x);
  const powers = (inFixed + log2Fixed / 2n) / log2Fixed;
  const rest = (inFixed - powers * log2Fixed) >> BigInt(halvings);
  let total = series(rest, (n) => [1n, n + 1n]);
  for (let i = 0; i < halvings; i++) total = (total * total) >> BigInt(fraction);
  return rounded(total, Number(powers) - fraction);
}

/** `eˣ − 1`. */
export function expm1(x: Real): Real {
  if (magnitude(x) > -1) return plus(exp(x), real(-1));
  return times(x, ofFixed(series(fixed(x), (n) => [1n, n + 2n])));
}

/** `artanh t` for `|t| < ½`. */
function artanh(t: Real): Real {
  const u = fixed(times(t, t));
  return times(t, ofFixed(series(u, (n) => [2n * n + 1n, 2n * n + 3n])));
}

/** `log x` for `x > 0`. */
export function log(x: Real): Real {
  let k = magnitude(x);
  let y = scaled(x, -k); // from ½ to 1
  if (fixed(y, 2) < 3n) {
    y = scaled(y, 1);
    k--;
  }
  const near = scaled(artanh(over(plus(y, real(-1)), plus(y, real(1)))), 1);
  return plus(times(real(k), ofFixed(log2Fixed)), near);
}

/** `log(1 + x)` for `x > −1`. */
export function log1p(x: Real): Real {
  if (magnitude(x) > -2) return log(plus(real(1), x));
  return scaled(artanh(over(x, plus(real(2), x))), 1);
}

/** The square root of `x ≥ 0`. */
export function sqrt({ mantissa, exponent }: Real): Real {
  if (mantissa === 0n) return zero;
  const shift = 2 * precision + (exponent & 1);
  const square = mantissa << BigInt(shift);
  let root = 1n << BigInt((bitLength(square) + 1) >> 1);
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return rounded(root, (exponent - shift) / 2);
    root = next;
  }
}

/** `x` less the nearest multiple of π/2, and which multiple it is, modulo 4. */
function reduced(x: Real): { readonly rest: Real; readonly quadrant: number } {
  if (magnitude(x) < 0) return { rest: x, quadrant: 0 };
  const bits = magnitude(x) > 60 ? piBits : fraction + 160;
  const halfPi = piFixed >> BigInt(piBits - bits + 1);
  const inFixed = fixed(x, bits);
  const shifted = 2n * inFixed + halfPi;
  let turns = shifted / (2n * halfPi);
  if (shifted < 0n) turns--;
  return { rest: ofFixed(inFixed - turns * halfPi, bits), quadrant: Number(((turns % 4n) + 4n) % 4n) };
}

function sineOfRest(r: Real): Real {
  const u = -fixed(times(r, r));
  return times(r, ofFixed(series(u, (n) => [1n, (2n * n + 2n) * (2n * n + 3n)])));
}

function cosineOfRest(r: Real): Real {
  const u = -fixed(times(r, r));
  return ofFixed(series(u, (n) => [1n, (2n * n + 1n) * (2n * n + 2n)]));
}

/** `sin x`, for x as large as float64 goes. */
export function sin(x: Real): Real {
  const { rest, quadrant } = reduced(x);
  const value = quadrant % 2 === 0 ? sineOfRest(rest) : cosineOfRest(rest);
  return quadrant < 2 ? value : minus(value);
}

/** `cos x`, for x as large as float64 goes. */
export function cos(x: Real): Real {
  const { rest, quadrant } = reduced(x);
  const value = quadrant % 2 === 0 ? cosineOfRest(rest) : sineOfRest(rest);
  return quadrant === 0 || quadrant === 3 ? value : minus(value);
}

/** `sinh x`. */
export function sinh(x: Real): Real {
  if (magnitude(x) < 0) {
    const u = fixed(times(x, x));
    return times(x, ofFixed(series(u, (n) => [1n, (2n * n + 2n) * (2n * n + 3n)])));
  }
  return scaled(plus(exp(x), minus(exp(minus(x)))), -1);
}

/** `cosh x`. */
export function cosh(x: Real): Real {
  return scaled(plus(exp(x), exp(minus(x))), -1);
}

/** `tanh x`. */
export function tanh(x: Real): Real {
  const e = expm1(clamped(scaled(x, 1)));
  return over(e, plus(e, real(2)));
}

const sqrtPi: Real = sqrt(pi);

/** `erf x` by a series of addends of one sign, for `|x| < 8`. */
function erfSeries(x: Real): Real {
  const square = times(x, x);
  const total = series(fixed(square), (n) => [2n, 2n * n + 3n]);
  return over(times(scaled(x, 1), times(exp(minus(square)), ofFixed(total))), sqrtPi);
}

/** `erfc x` for `x ≥ 4`, by the continued fraction `e^{−x²}/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …))))`. */
function erfcFraction(x: Real): Real {
  let tail = x;
  // 120 levels give 200 bits at x = 4, and more above.
  for (let n = 120; n >= 1; n--) tail = plus(x, over(scaled(real(n), -1), tail));
  return over(exp(minus(times(x, x))), times(tail, sqrtPi));
}

/** `erf x`. */
export function erf(x: Real): Real {
  if (magnitude(x) < 3) return erfSeries(x);
  const value = plus(unit, minus(erfcFraction(isNegative(x) ? minus(x) : x)));
  return isNegative(x) ? minus(value) : value;
}

/** `erfc x`. */
export function erfc(x: Real): Real {
  if (magnitude(x) < 3) return plus(unit, minus(erfSeries(x)));
  return isNegative(x) ? plus(real(2), minus(erfcFraction(minus(x)))) : erfcFraction(x);
}

/** The `z` with `erf z = x`, `|x| < 1`: Winitzki's approximation, to 2e-3, and Halley's method, which triples the correct digits. */
export function erfinv(x: Real): Real {
  if (x.mantissa === 0n) return zero;
  if (isNegative(x)) return minus(erfinv(minus(x)));
  const complement = plus(unit, minus(x));
  const logarithm = toNumber(plus(log(complement), log1p(x)));
  const half = 2 / (Math.PI * 0.147) + logarithm / 2;
  let z =
    magnitude(x) < -8
      ? times(x, scaled(sqrtPi, -1))
      : real(Math.sqrt(Math.sqrt(half * half - logarithm / 0.147) - half));
  for (let i = 0; i < 5; i++) {
    const residual = magnitude(x) < 0 ? plus(erf(z), minus(x)) : plus(complement, minus(erfc(z)));
    const newton = scaled(times(times(residual, sqrtPi), exp(times(z, z))), -1);
    z = plus(z, minus(over(newton, plus(unit, times(z, newton)))));
  }
  return z;
}

/** `aᵇ` for `a > 0`. */
export function pow(a: Real, b: Real): Real {
  return exp(times(b, log(a)));
}

/** Format of numbers: bits of the significand, and the exponents of the smallest normal number and of what overflows. */
const formats = {
  float32: { bits: 24, smallest: -126, overflow: 128 },
  float64: { bits: 53, smallest: -1022, overflow: 1024 },
} as const;

/** The formats that errors are measured in. */
export type Format = keyof typeof formats;

/**
 * How far `actual` is from the exact value, in ulps of the format at the exact value; among subnormal numbers in smallest ones.
 * ±∞ stands for ±2^1024 (2^128), so that overflow a little early or late is a small error. NaN is infinitely far.
 */
export function errorInUlps(actual: number, exact: Real, format: Format): number {
  const { bits, smallest, overflow } = formats[format];
  if (Number.isNaN(actual)) return Number.POSITIVE_INFINITY;
  const limit: Real = { mantissa: 1n, exponent: overflow };
  const given = Number.isFinite(actual) ? real(actual) : actual > 0 ? limit : minus(limit);
  const isBeyond = magnitude(exact) > overflow;
  if (isBeyond && !Number.isFinite(actual))
    return isNegative(exact) === actual < 0 ? 0 : Number.POSITIVE_INFINITY;
  const size = Math.min(magnitude(exact), overflow);
  const ulp = Math.max(size - 1, smallest) - (bits - 1);
  return toNumber(scaled(plus(given, minus(exact)), -ulp), true);
}

/** The nearest float64 but for the last bit; its magnitude on request. */
export function toNumber({ mantissa, exponent }: Real, isMagnitude = false): number {
  const positive = mantissa < 0n ? -mantissa : mantissa;
  const excess = Math.max(0, bitLength(positive) - 64);
  const scale = exponent + excess;
  const half = Math.trunc(scale / 2);
  const value = Number(positive >> BigInt(excess)) * 2 ** half * 2 ** (scale - half);
  return mantissa < 0n && !isMagnitude ? -value : value;
}
