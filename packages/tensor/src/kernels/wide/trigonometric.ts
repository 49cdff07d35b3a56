import {
  negated,
  normalized,
  one,
  over,
  pair,
  plus,
  scaled,
  step,
  times,
  toNumber,
  type Wide,
  wide,
} from "./wide.ts";

/** `1/n − 1/(3 n³) + … = arctan(1/n)` with `bits` after the point. */
function inverseArctan(n: bigint, bits: bigint): bigint {
  let power = (1n << bits) / n;
  let total = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    total += k % 4n === 1n ? power / k : -(power / k);
    power /= n * n;
  }
  return total;
}

/** Digits of π after the point: enough for what is left of float64's largest number, and for 150 digits of that. */
const bits = 1360n;

let halfPi: bigint | undefined;

/** A whole number times `2^exponent`, exactly, of a high and a low part. */
function wholeOf(x: number): { mantissa: bigint; exponent: number } {
  let mantissa = x;
  let exponent = 0;
  for (; !Number.isInteger(mantissa); exponent--) mantissa *= 2;
  return { mantissa: BigInt(mantissa), exponent };
}

function shifted(mantissa: bigint, by: number): bigint {
  return by >= 0 ? mantissa << BigInt(by) : mantissa >> BigInt(-by);
}

/** The quarter turns in an angle, modulo 4, and what is left: at most half of one. Undefined beyond 2¹⁰⁸⁰, where π would need more digits. */
function reduced(x: Wide): { quarter: number; rest: Wide } | undefined {
  if (Math.abs(toNumber(x)) < 0.78) return { quarter: 0, rest: x };
  if (!Number.isFinite(x.high) || x.exponent > 2) return undefined;
  // Machin 1706.
  halfPi ??= (16n * inverseArctan(5n, bits + 16n) - 4n * inverseArctan(239n, bits + 16n)) >> 17n;
  let fixed = 0n;
  for (const part of [x.high, x.low]) {
    const { mantissa, exponent } = wholeOf(part);
    fixed += shifted(mantissa, exponent + x.exponent * step + Number(bits));
  }
  const turns = (2n * fixed + halfPi) / (2n * halfPi) - (2n * fixed + halfPi < 0n ? 1n : 0n);
  const rest = fixed - turns * halfPi;
  // The first digits of the rest, in two parts.
  const length = (rest < 0n ? -rest : rest).toString(2).length;
  const cut = Math.max(0, length - 160);
  const head = rest >> BigInt(cut);
  const high = Number(head);
  const low = Number(head - BigInt(high));
  return {
    quarter: Number(((turns % 4n) + 4n) % 4n),
    rest: scaled(normalized(high, low, 0), cut - Number(bits)),
  };
}

/** Taylor's series of the sine or cosine for `|x| < 0.8`, from its first term. */
function series(first: Wide, x: Wide, n: number): Wide {
  const square = negated(times(x, x));
  let term = first;
  let sum = first;
  for (let k = n; k < n + 28; k += 2) {
    term = over(times(term, square), wide(k * (k + 1)));
    sum = plus(sum, term);
  }
  return sum;
}

function turned(x: Wide, quarters: number): Wide {
  const angle = reduced(x);
  if (angle === undefined) return pair(Number.NaN, 0);
  const { quarter, rest } = angle;
  const q = (quarter + quarters) % 4;
  const value = q % 2 === 0 ? series(rest, rest, 2) : series(one, rest, 1);
  return q >= 2 ? negated(value) : value;
}

/** `sin x`, within 2⁻¹⁰⁰ of itself, beside multiples of π too. NaN beyond 2¹⁰⁸⁰. */
export function sin(x: Wide): Wide {
  return x.high === 0 ? x : turned(x, 0);
}

/** `cos x`, within 2⁻¹⁰⁰ of itself. NaN beyond 2¹⁰⁸⁰. */
export function cos(x: Wide): Wide {
  return turned(x, 1);
}
