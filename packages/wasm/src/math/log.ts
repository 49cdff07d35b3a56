import { type Expression, type Local, when } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { LN2, split } from "./exponent.ts";
import { polynomial, polynomialBySquare } from "./polynomial.ts";

// test/golden/coefficients.py: (log(1 + f) − f)/f² for ¾ ≤ 1 + f ≤ 1½, error of the logarithm 2^−26.7; and with s = f/(2 + f)
// and z = s², (log(1 + f)/s − 2)/z, error 2^−61.
const COEFFICIENTS = [
  -0.5, 0.3333345353603363, -0.250000536441803, 0.19990608096122742, -0.16647768020629883,
  0.14482054114341736, -0.1316220909357071, 0.10448319464921951, -0.04490970820188522,
];
const IN_QUOTIENT = [
  0.666666666666666, 0.40000000000055935, 0.2857142855600823, 0.2222222427610408, 0.18181667093589818,
  0.15391072280128723, 0.13174264138435599, 0.13838552393715708,
];

/** The bits of the smallest and of the largest normal number. */
const NORMAL = {
  float32: [0x00800000n, 0x7f7fffffn],
  float64: [0x0010000000000000n, 0x7fefffffffffffffn],
} as const;
const SMALLEST_NORMAL = { float32: 2 ** -126, float64: 2 ** -1022 } as const;
/** Powers of two that make subnormal numbers normal. */
const LIFT = { float32: 24, float64: 54 } as const;

/** `log(1 + f) − k' ln 2` for `¾ ≤ 1 + f ≤ 1½`, where k' is −k. */
export function logOfSplit(lanes: Lanes, f: Local, negativeK: Local): Expression {
  const [high, low] = LN2[lanes.dtype];
  if (lanes.dtype === "float32") {
    const square = lanes.keep(lanes.mul(f, f));
    const y = lanes.madd(square, polynomialBySquare(lanes, COEFFICIENTS, f, square), f);
    // ln 2 rounded to float32 is off by 0.05 ulp itself; what counts is that its product is not rounded.
    if (lanes.isFused) return lanes.nmadd(negativeK, lanes.constant(Math.LN2), y);
    return lanes.nmadd(negativeK, lanes.constant(high), lanes.nmadd(negativeK, lanes.constant(low), y));
  }
  // fdlibm's e_log.c: log(1 + f) = f − (f²/2 − s (f²/2 + R)).
  const s = lanes.keep(lanes.div(f, lanes.add(f, lanes.constant(2))));
  const z = lanes.keep(lanes.mul(s, s));
  const halfSquare = lanes.keep(lanes.mul(lanes.mul(f, f), lanes.constant(0.5)));
  const rest = lanes.mul(z, polynomial(lanes, IN_QUOTIENT, z));
  const small = lanes.nmadd(negativeK, lanes.constant(low), lanes.mul(s, lanes.add(halfSquare, rest)));
  return lanes.nmadd(negativeK, lanes.constant(high), lanes.sub(f, lanes.sub(halfSquare, small)));
}

/** The lanes that are no positive normal numbers: compared as integers, which is one comparison. `most` are the largest one's bits. */
export function isIrregular(lanes: Lanes, x: Local, most: bigint = NORMAL[lanes.dtype][1]): Local {
  const signBit = lanes.dtype === "float32" ? 1n << 31n : 1n << 63n;
  const [least] = NORMAL[lanes.dtype];
  // From the least on, counted from the smallest integer.
  const counted = lanes.intAdd(lanes.bits(x), lanes.intConstant(signBit - least));
  return lanes.keep(lanes.intLt(lanes.intConstant(most - least - signBit), counted));
}

/** The logarithm of any number: a subnormal one is made normal first. */
export function logOfIrregular(lanes: Lanes, x: Local): Expression {
  const { dtype } = lanes;
  const isSubnormal = lanes.keep(lanes.lt(x, lanes.constant(SMALLEST_NORMAL[dtype])));
  const lifted = lanes.keep(lanes.select(isSubnormal, lanes.mul(x, lanes.constant(2 ** LIFT[dtype])), x));
  const { mantissa, negativeK } = split(lanes, lifted);
  const k = lanes.keep(
    lanes.select(isSubnormal, lanes.add(negativeK, lanes.constant(LIFT[dtype])), negativeK),
  );
  const value = lanes.keep(logOfSplit(lanes, lanes.keep(lanes.sub(mantissa, lanes.constant(1))), k));
  const positive = lanes.select(lanes.lt(x, lanes.constant(Number.POSITIVE_INFINITY)), value, x);
  const orZero = lanes.select(
    lanes.eq(x, lanes.constant(0)),
    lanes.constant(Number.NEGATIVE_INFINITY),
    positive,
  );
  return lanes.select(lanes.lt(x, lanes.constant(0)), lanes.constant(Number.NaN), orZero);
}

/**
 * `log x = k ln 2 + log m` with `x = 2ᵏ m` and `¾ ≤ m < 1½`, so that near 1 nothing cancels: a polynomial in `m − 1` for float32,
 * fdlibm's `e_log.c` for float64.
 *
 * Domain: x > 0; 0 gives −∞, less gives NaN. Vectors with a lane that is no positive normal number take a second, slower way.
 * Numerics: float32 at most 1.06 ulp with fused multiply-add and 1.29 without, over all arguments
 * (`bench/kernels/math.mjs --exhaustive`); float64 within 2 of the definition, in samples.
 */
export function log(lanes: Lanes, x: Expression): Expression {
  const given = lanes.keep(x);
  const { mantissa, negativeK } = split(lanes, given);
  const f = lanes.keep(lanes.sub(mantissa, lanes.constant(1)));
  const value = lanes.keep(logOfSplit(lanes, f, negativeK));
  const irregular = isIrregular(lanes, given);
  const slow = lanes.f.capture(() => {
    lanes.f.emit(value.set(lanes.select(irregular, logOfIrregular(lanes, given), value)));
  });
  lanes.f.emit(when(lanes.any(irregular), slow));
  return value;
}
