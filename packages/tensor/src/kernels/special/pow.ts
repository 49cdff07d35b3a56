import { productError, sumError } from "./errorFree.ts";
import { expQuotient } from "./expQuotient.ts";
import { polynomial } from "./polynomial.ts";

const LN2_HIGH = 0.6931471805598903; // ln 2 to 42 bits, so that its product with an exponent is exact
const LN2_LOW = 5.497923018708371e-14;

const THIRD_LOW = 1.850371707708594e-17; // ⅓ less the nearest float64
const FIFTH_LOW = -1.1102230246251566e-17; // ⅕ less the nearest float64

// 1/7, 1/9, … 1/35: the first term left out is under 2⁻⁹⁵ of the logarithm.
const ARTANH: readonly number[] = Array.from({ length: 15 }, (_, i) => 1 / (2 * i + 7));

const float64 = new Float64Array(1);
const words = new Uint32Array(float64.buffer);
// Which half of a float64 holds its exponent.
float64[0] = 1;
const HIGH_WORD: 0 | 1 = words[1] === 0 ? 0 : 1;

/** `eᶫ` for `l = b log a`, times `sign`; `a` is positive and finite, `b` finite. */
function expOfLog(a: number, b: number, sign: 1 | -1): number {
  // a = 2ᵏ m with √½ < m < √2; a subnormal number is made normal first.
  const isSubnormal = a < 2.2250738585072014e-308;
  float64[0] = isSubnormal ? a * 18014398509481984 : a;
  const top = words[HIGH_WORD];
  const isUpper = (top & 0xfffff) > 0x6a09e; // of √2
  const k = (top >>> 20) - (isUpper ? 1022 : 1023) - (isSubnormal ? 54 : 0);
  words[HIGH_WORD] = (top & 0xfffff) | (isUpper ? 0x3fe00000 : 0x3ff00000);
  const m = float64[0];

  // s = (m − 1)/(m + 1) in two numbers; m − 1 is exact.
  const numerator = m - 1;
  const denominator = m + 1;
  const denominatorLow = sumError(m, 1, denominator);
  const s = numerator / denominator;
  const product = s * denominator;
  const sLow =
    (numerator - product - productError(s, denominator, product) - s * denominatorLow) / denominator;

  // log m = 2 s (1 + u (⅓ + u (⅕ + u (1/7 + …)))), u = s² < 2⁻⁵: all in two numbers down to ⅕.
  const u = s * s;
  const uLow = productError(s, s, u) + 2 * s * sLow;
  const rest = u * polynomial(ARTANH, u);
  const fifth = 0.2 + rest;
  const fifthLow = sumError(0.2, rest, fifth) + FIFTH_LOW;
  const second = u * fifth;
  const secondLow = productError(u, fifth, second) + (u * fifthLow + uLow * fifth);
  const third = 1 / 3 + second;
  const thirdLow = sumError(1 / 3, second, third) + (THIRD_LOW + secondLow);
  const first = u * third;
  const firstLow = productError(u, third, first) + (u * thirdLow + uLow * third);
  const factor = 1 + first;
  const factorLow = sumError(1, first, factor) + firstLow;
  const near = 2 * s * factor;
  const nearLow = productError(2 * s, factor, near) + 2 * (s * factorLow + sLow * factor);

  // log a = k log 2 + log m; |log m| is at most half of log 2.
  const far = k * LN2_HIGH; // exact
  const sum = far + near;
  const sumLow = sumError(far, near, sum) + (nearLow + k * LN2_LOW);
  const log = sum + sumLow;
  const logLow = sumLow - (log - sum);

  const exponent = b * log;
  if (!(exponent > -746)) return 0 * sign;
  if (exponent > 710) return sign * Number.POSITIVE_INFINITY;
  // As |log a| is over 2⁻⁵⁴, b is under 2⁶⁴ here.
  return expQuotient(exponent, productError(b, log, exponent) + b * logLow, sign, 0, 1, 0, 0);
}

/**
 * `aᵇ`, by IEEE 754 and C: `x⁰` and `1ᵇ` are 1 for every x and b, NaN included, and `(−1)^±∞` is 1 (ECMAScript's `**` gives NaN).
 *
 * Domain: all numbers; NaN for a negative base with an exponent that is no whole number. `0ᵇ` is 0 or ∞, with the sign of the base
 * for odd b; `x^±∞` is 0 or ∞.
 * Numerics: `e^{b log a}` with the logarithm in double-double, from the series of artanh, and the product in double-double:
 * at most 0.53 ulp, and equal on every engine; V8's own differs between its versions, and between its interpreter and its compiler.
 */
export function pow(a: number, b: number): number {
  // Squares and their derivatives are most of what is asked for.
  if (b === 2) return a * a;
  if (b === 1) return a;
  if (b === 0 || a === 1) return 1;
  if (!(a > 0 && a < Number.POSITIVE_INFINITY && Math.abs(b) < Number.POSITIVE_INFINITY)) return edge(a, b);
  return expOfLog(a, b, 1);
}

/** `aᵇ` where `a` is not positive, or one of the two is not finite. */
function edge(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  const magnitude = Math.abs(a);
  if (Math.abs(b) === Number.POSITIVE_INFINITY) {
    if (magnitude === 1) return 1;
    return magnitude > 1 === b > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  // Numbers from 2⁵³ on are even; b % 2 is ±1 for odd ones, and a fraction for what is not whole.
  const remainder = Math.abs(b % 2);
  const isNegative = a < 0 || Object.is(a, -0);
  const sign = isNegative && remainder === 1 ? -1 : 1;
  if (magnitude === 0) return b > 0 ? sign * 0 : sign * Number.POSITIVE_INFINITY;
  if (magnitude === Number.POSITIVE_INFINITY) return b > 0 ? sign * Number.POSITIVE_INFINITY : sign * 0;
  if (remainder !== 0 && remainder !== 1) return Number.NaN;
  return magnitude === 1 ? sign : expOfLog(magnitude, b, sign);
}
