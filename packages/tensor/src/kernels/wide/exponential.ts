import {
  minus,
  negated,
  one,
  over,
  pair,
  plus,
  scaled,
  step,
  times,
  toNumber,
  two,
  type Wide,
  wide,
} from "./wide.ts";

// test/golden/wide.py: ln 2 in two parts.
const LN2 = pair(Math.LN2, 2.3190468138462996e-17);

const half = pair(0.5, 0);
const halvings = 8;

/** `eʳ − 1` for `|r| ≤ ln 2 / 2`: Taylor's series of `r / 2⁸`, then `e²ʳ − 1 = s (2 + s)` eight times, which loses nothing near 0. */
function expm1Reduced(r: Wide): Wide {
  const x = scaled(r, -halvings);
  let term = x;
  let sum = x;
  // |x| < 0.0014: x¹¹ / 11! is under 2⁻¹³⁰ x.
  for (let n = 2; n <= 11; n++) {
    term = over(times(term, x), pair(n, 0));
    sum = plus(sum, term);
  }
  for (let i = 0; i < halvings; i++) sum = times(sum, plus(two, sum));
  return sum;
}

/** `k` and `r` in `x = k ln 2 + r`, `|r| ≤ ln 2 / 2`. */
function reduced(x: Wide): { k: number; r: Wide } {
  const k = Math.round(toNumber(x) * Math.LOG2E);
  return { k, r: minus(x, times(LN2, wide(k))) };
}

/** Beyond, eˣ is 0 or ∞ even with an exponent that has almost no end. */
const furthest = 2 ** 48;

/** `eˣ`, within `2⁻¹⁰⁰ + |x| 2⁻¹⁰³` of itself. */
export function exp(x: Wide): Wide {
  const value = toNumber(x);
  if (!(Math.abs(value) < furthest)) return pair(Math.exp(value), 0);
  const { k, r } = reduced(x);
  return scaled(plus(one, expm1Reduced(r)), k);
}

/** `eˣ − 1`, within 2⁻⁹⁹ of itself. */
export function expm1(x: Wide): Wide {
  if (Math.abs(toNumber(x)) < 0.34) return x.high === 0 ? x : expm1Reduced(x);
  return minus(exp(x), one);
}

/** `2 artanh(s) = log((1 + s) / (1 − s))` for `|s| < 0.06`, by its series. */
function doubledArtanh(s: Wide): Wide {
  const square = times(s, s);
  let power = s;
  let sum = s;
  for (let n = 3; n <= 27; n += 2) {
    power = times(power, square);
    sum = plus(sum, over(power, pair(n, 0)));
  }
  return times(two, sum);
}

/** `log x`, within 2⁻⁹⁹ of itself, near 1 too. Below 0 it is NaN, at 0 −∞. */
export function log(x: Wide): Wide {
  if (!(x.high > 0) || x.high === Number.POSITIVE_INFINITY) return pair(Math.log(x.high), 0);
  const distance = minus(x, one);
  if (Math.abs(toNumber(distance)) < 0.1) return doubledArtanh(over(distance, plus(x, one)));
  const k = Math.round(Math.log2(x.high)) + step * x.exponent;
  const m = scaled(x, -k);
  // log m from its float64 y, as y + log(m e⁻ʸ): the second argument is 1 but for 2⁻⁵².
  const y = Math.log(m.high);
  const rest = minus(times(m, exp(wide(-y))), one);
  const logarithm = plus(wide(y), minus(rest, times(half, times(rest, rest))));
  return plus(times(LN2, wide(k)), logarithm);
}

/** `log(1 + x)`, within 2⁻⁹⁹ of itself. */
export function log1p(x: Wide): Wide {
  if (Math.abs(toNumber(x)) < 0.1) return x.high === 0 ? x : doubledArtanh(over(x, plus(two, x)));
  return log(plus(one, x));
}

function isInteger(x: Wide): boolean {
  return x.exponent > 0 || (x.exponent === 0 && Number.isInteger(x.high) && Number.isInteger(x.low));
}

function isOdd({ high, low, exponent }: Wide): boolean {
  return exponent === 0 && Math.abs((high % 2) + (low % 2)) % 2 === 1;
}

/** Whole exponents up to this one are repeated multiplications. */
const mostFactors = 1024;

/** `aᵇ`, within `2⁻¹⁰⁰ + |b log a| 2⁻⁹⁹` of itself. Edges as IEEE 754 has them. */
export function pow(a: Wide, b: Wide): Wide {
  if (b.high === 0 || (a.high === 1 && a.low === 0 && a.exponent === 0)) return one;
  if (!Number.isFinite(a.high) || !Number.isFinite(b.high) || a.high === 0) {
    const base =
      Number.isFinite(a.high) && a.exponent !== 0 ? a.high * 2 ** (256 * Math.sign(a.exponent)) : a.high;
    const exponent = b.exponent > 0 ? b.high * 2 ** 256 : b.high;
    if (base === -1 && !Number.isFinite(b.high) && !Number.isNaN(b.high)) return one;
    return pair(base ** exponent, 0);
  }
  if (isInteger(b)) {
    const exponent = toNumber(b);
    if (Math.abs(exponent) <= mostFactors)
      return exponent < 0 ? over(one, power(a, -exponent)) : power(a, exponent);
    const magnitude = exp(times(b, log(a.high < 0 ? negated(a) : a)));
    return a.high < 0 && isOdd(b) ? negated(magnitude) : magnitude;
  }
  return a.high < 0 ? pair(Number.NaN, 0) : exp(times(b, log(a)));
}

function power(a: Wide, exponent: number): Wide {
  let result = one;
  let base = a;
  for (let n = exponent; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result = times(result, base);
    base = times(base, base);
  }
  return result;
}
