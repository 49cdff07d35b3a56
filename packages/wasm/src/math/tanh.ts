import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { EXP } from "./exp.ts";
import { nearestExponent, powerOfTwo, subtractLn2 } from "./exponent.ts";
import { polynomial } from "./polynomial.ts";

// test/golden/coefficients.py: (tanh(x)/x − 1)/u for u = x² up to 1 and 0.625²; error of tanh 2^−26.9 and 2^−58.
const COEFFICIENTS: Readonly<Record<Lanes["dtype"], readonly number[]>> = {
  float32: [
    -0.33333295583724976, 0.13332344591617584, -0.05387980490922928, 0.021486662328243256,
    -0.007946114055812359, 0.0023013704922050238, -0.00035845383536070585,
  ],
  float64: [
    -0.3333333333333333, 0.13333333333333156, -0.0539682539681283, 0.02186948853164736, -0.008863235434317898,
    0.0035921267307100794, -0.0014558222928459155, 0.0005899492298279962, -0.00023877083866982648,
    9.57511073174516e-5, -3.662555739511883e-5, 1.179460765491069e-5, -2.271774916070974e-6,
  ],
};

/** Up to the first the polynomial, from the second on 1. */
const BOUNDS = { float32: [1, 10], float64: [0.625, 20] } as const;

/**
 * `tanh |x| = |x| + |x| u p(u)` with `u = x²` near 0, and `1 − 2 / (e^{2|x|} + 1)` beyond, where the quotient is so much smaller than
 * 1 that its error does not count; with the sign of `x`.
 *
 * Domain: all numbers; ±∞ gives ±1, −0 gives −0.
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
  const twice = lanes.keep(lanes.add(bounded, bounded));
  const exponent = nearestExponent(lanes, twice, Math.LOG2E);
  const r = subtractLn2(lanes, twice, exponent.k);
  const p = polynomial(lanes, EXP[lanes.dtype], r);
  const one = lanes.constant(1);
  const mantissa = lanes.add(lanes.madd(lanes.mul(r, r), p, r), one);
  const quotient = lanes.div(lanes.constant(2), lanes.madd(mantissa, powerOfTwo(lanes, exponent), one));
  const value = lanes.select(lanes.lt(size, lanes.constant(near)), inside, lanes.sub(one, quotient));
  return lanes.copysign(value, given);
}
