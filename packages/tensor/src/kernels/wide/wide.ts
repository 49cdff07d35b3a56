import { productError, sumError } from "../special/errorFree.ts";

/**
 * The number `(high + low) · 2^(512 exponent)`: 106 bits, about 32 digits, whose exponent has no end to speak of, so that e¹⁰⁰⁰⁰ is a
 * number. `|low|` is at most half an ulp of `high`; `|high|` is from 2⁻²⁵⁶ to 2²⁵⁶, in the middle of float64's range, so that sums,
 * products and their rounding errors neither overflow nor underflow. 0, ±∞ and NaN have `low` and `exponent` 0.
 * Source: double-double arithmetic as in Dekker 1971 and Hida, Li and Bailey 2001.
 */
export interface Wide {
  readonly high: number;
  readonly low: number;
  readonly exponent: number;
}

/** The binary digits of one step of the exponent. */
export const step = 512;
const up = 2 ** step;
const down = 2 ** -step;
const largest = 2 ** (step / 2);
const smallest = 2 ** (-step / 2);

/** Beyond 2^(±512 · this) a number counts as ∞ or 0. */
const lastExponent = 2 ** 40;

export const zero: Wide = { high: 0, low: 0, exponent: 0 };
export const one: Wide = { high: 1, low: 0, exponent: 0 };
export const two: Wide = { high: 2, low: 0, exponent: 0 };

/** A constant as the sum of two numbers, the second at most half an ulp of the first. */
export function pair(high: number, low: number): Wide {
  return { high, low, exponent: 0 };
}

/** `(high + low) · 2^(512 exponent)` brought into range. `|low|` may be up to an ulp of `high`. */
export function normalized(high: number, low: number, exponent: number): Wide {
  let h = high + low;
  let l = low - (h - high);
  if (isSpecial(h)) return special(isSpecial(high) ? high : h);
  let e = exponent;
  for (let size = Math.abs(h); size >= largest; size = Math.abs(h)) {
    h *= down;
    l *= down;
    e++;
  }
  for (let size = Math.abs(h); size < smallest; size = Math.abs(h)) {
    h *= up;
    l *= up;
    e--;
  }
  if (e > lastExponent) return { high: h * Number.POSITIVE_INFINITY, low: 0, exponent: 0 };
  return e < -lastExponent ? { high: h * 0, low: 0, exponent: 0 } : { high: h, low: l, exponent: e };
}

/** A float64 exactly. */
export function wide(x: number): Wide {
  return normalized(x, 0, 0);
}

/** The nearest float64: ±∞ and 0 beyond its range. */
export function toNumber({ high, low, exponent }: Wide): number {
  if (exponent === 0) return high;
  if (Math.abs(exponent) > 4) return exponent > 0 ? high * Number.POSITIVE_INFINITY : high * 0;
  let value = high + low;
  for (let e = exponent; e > 0; e--) value *= up;
  for (let e = exponent; e < 0; e++) value *= down;
  return value;
}

export function negated({ high, low, exponent }: Wide): Wide {
  return { high: -high, low: -low, exponent };
}

/** Is it 0, ±∞ or NaN? */
function isSpecial(high: number): boolean {
  return high === 0 || !Number.isFinite(high);
}

function special(high: number): Wide {
  return { high, low: 0, exponent: 0 };
}

/** `a + b`, within 2⁻¹⁰⁵ of itself. */
export function plus(a: Wide, b: Wide): Wide {
  if (isSpecial(a.high) || isSpecial(b.high)) {
    if (a.high === 0) return b.high === 0 ? special(a.high + b.high) : b;
    if (b.high === 0) return a;
    return special(Number.isFinite(a.high) ? b.high : Number.isFinite(b.high) ? a.high : a.high + b.high);
  }
  if (a.exponent === b.exponent) return sumOf(a.high, a.low, b.high, b.low, a.exponent);
  const [greater, lesser] = a.exponent > b.exponent ? [a, b] : [b, a];
  // Two steps apart the lesser is below the last bit of the greater.
  if (greater.exponent - lesser.exponent > 1) return greater;
  return sumOf(greater.high, greater.low, lesser.high * down, lesser.low * down, greater.exponent);
}

function sumOf(aHigh: number, aLow: number, bHigh: number, bLow: number, exponent: number): Wide {
  const s = aHigh + bHigh;
  const t = aLow + bLow;
  const sLow = sumError(aHigh, bHigh, s) + t;
  const high = s + sLow;
  return normalized(high, sLow - (high - s) + sumError(aLow, bLow, t), exponent);
}

export function minus(a: Wide, b: Wide): Wide {
  return plus(a, negated(b));
}

/** `a b`, within 2⁻¹⁰³ of itself. */
export function times(a: Wide, b: Wide): Wide {
  const product = a.high * b.high;
  if (isSpecial(product)) return special(product);
  const low = productError(a.high, b.high, product) + (a.high * b.low + a.low * b.high);
  return normalized(product, low, a.exponent + b.exponent);
}

/** `a 2ᵏ`, exactly. */
export function scaled(a: Wide, k: number): Wide {
  const steps = Math.round(k / step);
  const factor = 2 ** (k - steps * step);
  return normalized(a.high * factor, a.low * factor, a.exponent + steps);
}

/** `a / b`, by long division with three quotients, within 2⁻¹⁰² of itself. */
export function over(a: Wide, b: Wide): Wide {
  const quotient = a.high / b.high;
  if (isSpecial(quotient)) return special(quotient);
  const numerator = pair(a.high, a.low);
  const denominator = pair(b.high, b.low);
  const first = minus(numerator, times(denominator, pair(quotient, 0)));
  const second = toNumber(first) / b.high;
  const rest = minus(first, times(denominator, wide(second)));
  const sum = quotient + second;
  return normalized(sum, second - (sum - quotient) + toNumber(rest) / b.high, a.exponent - b.exponent);
}

/** `√a`, by one step of Newton's method from float64 and one of its remainder, within 2⁻¹⁰⁰ of itself. */
export function squareRoot(a: Wide): Wide {
  if (!(a.high > 0) || a.high === Number.POSITIVE_INFINITY) return special(Math.sqrt(a.high));
  const isOdd = Math.abs(a.exponent % 2) === 1;
  const even: Wide = isOdd ? { high: a.high * down, low: a.low * down, exponent: a.exponent + 1 } : a;
  const root = Math.sqrt(even.high);
  const remainder = minus(pair(even.high, even.low), times(pair(root, 0), pair(root, 0)));
  return normalized(root, toNumber(remainder) / (2 * root), even.exponent / 2);
}

/** Below 0, 0 or above 0 as `a` is below, equal to or above `b`; NaN beside NaN. */
export function compare(a: Wide, b: Wide): number {
  if (!Number.isFinite(a.high) || !Number.isFinite(b.high)) return a.high === b.high ? 0 : a.high - b.high;
  return minus(a, b).high;
}

/** The largest integer that is not above `a`. */
export function floor(a: Wide): Wide {
  if (isSpecial(a.high) || a.exponent > 0) return a;
  if (a.exponent < 0) return a.high < 0 ? wide(-1) : zero;
  const high = Math.floor(a.high);
  return high === a.high ? normalized(high, Math.floor(a.low), 0) : special(high);
}

const LOG10_2 = Math.LN2 / Math.LN10;

/** Six digits, of numbers beyond float64's range too. */
export function toText(a: Wide): string {
  const number = toNumber(a);
  const isInRange = number !== 0 && Number.isFinite(number) && Math.abs(number) > 1e-300;
  if (isSpecial(a.high) || isInRange) return String(Number(number.toPrecision(6)));
  const decimal = Math.log10(Math.abs(a.high)) + a.exponent * step * LOG10_2;
  const digits = Number((10 ** (decimal - Math.floor(decimal))).toPrecision(6));
  const [mantissa, exponent] = digits === 10 ? [1, Math.floor(decimal) + 1] : [digits, Math.floor(decimal)];
  return `${a.high < 0 ? "-" : ""}${mantissa}e${exponent < 0 ? "" : "+"}${exponent}`;
}
