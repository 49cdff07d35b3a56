import { productError, sumError } from "./errorFree.ts";
import { polynomial } from "./polynomial.ts";

const LN2_HIGH = 0.6931471805598903; // ln 2 to 42 bits, so that its product with an exponent is exact
const LN2_LOW = 5.497923018708371e-14;

// 1/3!, 1/4!, … 1/14!: the first term left out is under 2⁻⁶² of e^r.
const TAYLOR: readonly number[] = [
  1 / 6,
  1 / 24,
  1 / 120,
  1 / 720,
  1 / 5040,
  1 / 40320,
  1 / 362880,
  1 / 3628800,
  1 / 39916800,
  1 / 479001600,
  1 / 6227020800,
  1 / 87178291200,
];

// 2ᵏ for |k| ≤ 1022, exact by doubling. `2 ** k` is as exact as the engine's pow, and takes longer than all the rest here.
const POWERS: Float64Array = /* @__PURE__ */ powersOfTwo();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2045);
  powers[1022] = 1;
  for (let k = 1; k <= 1022; k++) {
    powers[1022 + k] = 2 * powers[1021 + k];
    powers[1022 - k] = 0.5 * powers[1023 - k];
  }
  return powers;
}

function power(k: number): number {
  return POWERS[k + 1022];
}

/**
 * `n eᵃ / (d + c eᵃ)` with one rounding's error: the form of every function here that ends in an exponential tail.
 *
 * `a`, `n` and `d` are sums of two numbers, the second at most an ulp of the first; `c` is 0 or 1. An exponential of the rounded
 * `a` would be off by `|a|/2` ulps, and a subnormal exponential times a large `n` by `n/2`.
 *
 * Domain: `−1100 < a < 711`, `a ≤ 0` if `c = 1`; `|n|` and `d` between 1e-30 and 1e30.
 * Numerics: `eᵃ = 2ᵏ eʳ`, `|r| ≤ ln 2 / 2`, and `eʳ = 1 + r + r²/2 + r³ (1/3! + r/4! + …)` with the first three terms, the product
 * and the quotient in double-double; at most 0.53 ulp (0.76 for subnormal results), measured against 113-bit arithmetic.
 */
export function expQuotient(
  aHigh: number,
  aLow: number,
  nHigh: number,
  nLow: number,
  dHigh: number,
  dLow: number,
  c: 0 | 1,
): number {
  const k = Math.floor(aHigh * Math.LOG2E + 0.5);
  const reduced = aHigh - k * LN2_HIGH; // exact
  const correction = aLow - k * LN2_LOW;
  const r = reduced + correction;
  const rLow = sumError(reduced, correction, r);

  const square = r * r;
  const linear = 1 + r;
  const quadratic = linear + 0.5 * square;
  const rest =
    sumError(1, r, linear) +
    sumError(linear, 0.5 * square, quadratic) +
    (0.5 * productError(r, r, square) + rLow * linear) +
    r * square * polynomial(TAYLOR, r);
  const e = quadratic + rest;
  const eLow = rest - (e - quadratic);

  const numerator = nHigh * e;
  const numeratorLow = productError(nHigh, e, numerator) + (nHigh * eLow + nLow * e);

  let denominator = dHigh;
  let denominatorLow = dLow;
  if (c === 1) {
    const scale = k < -1022 ? 0 : power(k);
    denominator = dHigh + e * scale;
    denominatorLow += sumError(dHigh, e * scale, denominator) + eLow * scale;
  }

  const quotient = numerator / denominator;
  const product = quotient * denominator;
  const remainder = numerator - product - productError(quotient, denominator, product) + numeratorLow;
  const value = quotient + (remainder - quotient * denominatorLow) / denominator;

  // 2ᵏ itself may be out of range where the value is not; the first of two steps is exact.
  if (k < -960) return value * power(-960) * power(k + 960);
  if (k > 960) return value * power(960) * power(k - 960);
  return value * power(k);
}
