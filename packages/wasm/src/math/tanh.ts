import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { EXP } from "./exp.ts";
import { nearestExponent, powerOfTwo, subtractHalfLn2 } from "./exponent.ts";
import { polynomial } from "./polynomial.ts";

// test/golden/coefficients.py: (tanh(x)/x − 1)/u for u = x² up to 1; error of tanh 2^−26.9 and 2^−55.7.
const COEFFICIENTS: Readonly<Record<Lanes["dtype"], readonly number[]>> = {
  float32: [
    -0.33333295583724976, 0.13332344591617584, -0.05387980490922928, 0.021486662328243256,
    -0.007946114055812359, 0.0023013704922050238, -0.00035845383536070585,
  ],
  float64: [
    -0.333333333333333, 0.13333333333328973, -0.05396825396644824, 0.02186948849805918, -0.00886323504811474,
    0.0035921240353038123, -0.0014558112828401387, 0.000589931132090942, -0.0002388319201726384,
    9.622522292869198e-5, -3.80601322679541e-5, 1.427613286196863e-5, -4.755464315327681e-6,
    1.2701980020054446e-6, -2.3272030956795186e-7, 2.127103013875141e-8,
  ],
};

/** `e^{2r}`. */
const EXP_TWICE: Readonly<Record<Lanes["dtype"], readonly number[]>> = {
  float32: [1, 2, ...EXP.float32.map((c, i) => c * 2 ** (i + 2))],
  float64: [1, 2, ...EXP.float64.map((c, i) => c * 2 ** (i + 2))],
};

/** Up to the first the polynomial, from the second on 1. */
const BOUNDS = { float32: [1, 10], float64: [1, 20] } as const;

/**
 * `tanh |x| = |x| + |x| u p(u)` with `u = x²` near 0, and `1 − 2 / (e^{2|x|} + 1)` beyond, where the quotient is so much smaller than
 * 1 that its error does not count; with the sign of `x`.
 *
 * Domain: all numbers; ±∞ gives ±1, −0 gives −0.
 * Numerics: float32 at most 0.98 ulp with fused multiply-add and 1.13 without, over all arguments
 * (`bench/kernels/math.mjs --exhaustive`); float64 within 2 of the definition, in samples.
 */
export function tanh(lanes: Lanes, x: Expression): Expression {
  const [near, far] = BOUNDS[lanes.dtype];
  const given = lanes.keep(x);
  const size = lanes.keep(lanes.abs(given));
  const square = lanes.keep(lanes.mul(given, given));
  const inside = lanes.madd(
    size,
    lanes.mul(square, polynomial(lanes, COEFFICIENTS[lanes.dtype], square)),
    size,
  );
  const bounded = lanes.keep(lanes.atMost(size, lanes.constant(far)));
  const exponent = nearestExponent(lanes, bounded, 2 * Math.LOG2E);
  const r = subtractHalfLn2(lanes, bounded, exponent.k);
  const one = lanes.constant(1);
  const mantissa = polynomial(lanes, EXP_TWICE[lanes.dtype], r);
  const quotient = lanes.div(lanes.constant(2), lanes.madd(mantissa, powerOfTwo(lanes, exponent), one));
  const value = lanes.select(lanes.lt(size, lanes.constant(near)), inside, lanes.sub(one, quotient));
  return lanes.copysign(value, given);
}
