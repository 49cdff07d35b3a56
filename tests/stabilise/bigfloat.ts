/**
 * A number `mantissa · 2^exponent` of up to {@link mostBits} bits: as many as it takes to see that `1 − σ(1000)` is not 0, and to
 * know 100 bits of it. Exponents have no end, so that nothing overflows.
 */
export interface BigFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** `1 − σ(1000)` is 2^−1443. */
const mostBits = 1600;
const guard = 64;
const mostFixed = mostBits + guard;
let precision: number = mostBits;
let fixed: number = mostFixed;

/** Computes with so many bits, which has to be synchronous: what needs fewer is done sooner. */
export function withBits<R>(bits: number, compute: () => R): R {
  const before = precision;
  precision = Math.min(mostBits, bits);
  fixed = precision + guard;
  try {
    return compute();
  } finally {
    precision = before;
    fixed = before + guard;
  }
}

/** The number of binary digits of `|x|`; 0 for 0. */
export function bitLength(x: bigint): number {
  const digits = (x < 0n ? -x : x).toString(16);
  return x === 0n ? 0 : digits.length * 4 - (Math.clz32(Number.parseInt(digits[0], 16)) - 28);
}

function rounded(mantissa: bigint, exponent: number): BigFloat {
  const excess = bitLength(mantissa) - precision;
  return excess <= 0
    ? { mantissa, exponent }
    : { mantissa: mantissa >> BigInt(excess), exponent: exponent + excess };
}

export const zero: BigFloat = { mantissa: 0n, exponent: 0 };

/** The exact value of a finite number. */
export function big(x: number): BigFloat {
  let mantissa = x;
  let exponent = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  return { mantissa: BigInt(mantissa), exponent };
}

/** The nearest number, but for the last bit. */
export function toNumber({ mantissa, exponent }: BigFloat): number {
  const excess = Math.max(0, bitLength(mantissa) - 64);
  const scale = exponent + excess;
  const half = Math.trunc(scale / 2);
  return Number(mantissa >> BigInt(excess)) * 2 ** half * 2 ** (scale - half);
}

export function plus(a: BigFloat, b: BigFloat): BigFloat {
  if (a.mantissa === 0n) return b;
  if (b.mantissa === 0n) return a;
  const [high, low] = a.exponent >= b.exponent ? [a, b] : [b, a];
  const shift = high.exponent - low.exponent;
  // Beyond the last bit of the other one.
  if (shift > 2 * precision) return high;
  return rounded((high.mantissa << BigInt(shift)) + low.mantissa, low.exponent);
}

export function minus({ mantissa, exponent }: BigFloat): BigFloat {
  return { mantissa: -mantissa, exponent };
}

export function times(a: BigFloat, b: BigFloat): BigFloat {
  return rounded(a.mantissa * b.mantissa, a.exponent + b.exponent);
}

export function over(a: BigFloat, b: BigFloat): BigFloat {
  if (b.mantissa === 0n) throw new RangeError("a quotient by 0");
  const shift = Math.max(0, precision + guard + bitLength(b.mantissa) - bitLength(a.mantissa));
  return rounded((a.mantissa << BigInt(shift)) / b.mantissa, a.exponent - b.exponent - shift);
}

/** `artanh(1/n)` with `mostFixed` bits after the point. */
function inverseArtanh(n: bigint): bigint {
  let power = (1n << BigInt(mostFixed)) / n;
  let total = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    total += power / k;
    power /= n * n;
  }
  return total;
}

/** Machin's formula for log 2. */
const log2Fixed = 18n * inverseArtanh(26n) - 2n * inverseArtanh(4801n) + 8n * inverseArtanh(8749n);
const halvings = 24;

export function exponential(x: BigFloat): BigFloat {
  const powers = Math.round(toNumber(x) / Math.LN2);
  const shift = BigInt(fixed + x.exponent);
  const inFixed = shift >= 0n ? x.mantissa << shift : x.mantissa >> -shift;
  const log2 = log2Fixed >> BigInt(mostFixed - fixed);
  const rest = (inFixed - BigInt(powers) * log2) >> BigInt(halvings);
  let term = 1n << BigInt(fixed);
  let total = term;
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    term = ((term * rest) >> BigInt(fixed)) / k;
    total += term;
  }
  for (let i = 0; i < halvings; i++) total = (total * total) >> BigInt(fixed);
  return rounded(total, powers - fixed);
}

/** By Halley's iteration on the exponential, which triples the correct bits. */
export function logarithm(x: BigFloat): BigFloat {
  if (x.mantissa <= 0n) throw new RangeError("a logarithm of what is not positive");
  const bits = bitLength(x.mantissa);
  const leading = Number(x.mantissa >> BigInt(Math.max(0, bits - 60))) * 2 ** -Math.min(60, bits);
  let y = big(Math.log(leading) + (x.exponent + bits) * Math.LN2);
  for (let bits = 50; bits < precision; bits *= 3) {
    const power = exponential(y);
    const step = over(plus(x, minus(power)), plus(x, power));
    y = plus(y, times(big(2), step));
  }
  return y;
}

export function squareRoot({ mantissa, exponent }: BigFloat): BigFloat {
  if (mantissa < 0n) throw new RangeError("a root of what is negative");
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

/** Is the first number the smaller one? */
export function isLess(a: BigFloat, b: BigFloat): boolean {
  return plus(a, minus(b)).mantissa < 0n;
}

/** Bits before the point that angles may have. */
const wide = 160;

/** `arctan(1/n)` with `mostFixed + wide` bits after the point. */
function inverseArctan(n: bigint): bigint {
  let power = (1n << BigInt(mostFixed + wide)) / n;
  let total = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    total += (k & 2n) === 0n ? power / k : -power / k;
    power /= n * n;
  }
  return total;
}

/** Machin's formula for 2π. */
const turn = 8n * (4n * inverseArctan(5n) - inverseArctan(239n));

export const twoPi: BigFloat = rounded(turn, -mostFixed - wide);

/** Cosine and sine of an angle below 2^100. */
/** `2/√π ∫ e^−t²` from 0 to x, by its series: x² log₂ e bits of what there are cancel. */
export function errorFunction(x: BigFloat): BigFloat {
  const square = minus(times(x, x));
  let power = x;
  let sum = x;
  for (let n = 1; power.mantissa !== 0n; n++) {
    power = over(times(power, square), big(n));
    const next = plus(sum, over(power, big(2 * n + 1)));
    if (next.mantissa === sum.mantissa && next.exponent === sum.exponent) break;
    sum = next;
  }
  return times(errorSlope, sum);
}

/** `2/√π`. */
export const errorSlope: BigFloat = over(big(2), squareRoot(over(twoPi, big(2))));

export function cosineAndSine({ mantissa, exponent }: BigFloat): readonly [BigFloat, BigFloat] {
  const shift = BigInt(fixed + wide + exponent);
  const inFixed = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  const angle = (inFixed % (turn >> BigInt(mostFixed - fixed))) >> BigInt(wide);
  const sums = [0n, 0n, 0n, 0n];
  let term = 1n << BigInt(fixed);
  for (let k = 0n; term !== 0n && term !== -1n; k++) {
    sums[Number(k & 3n)] += term;
    term = ((term * angle) >> BigInt(fixed)) / (k + 1n);
  }
  return [rounded(sums[0] - sums[2], -fixed), rounded(sums[1] - sums[3], -fixed)];
}
