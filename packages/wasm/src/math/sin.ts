import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { polynomial } from "./polynomial.ts";
import { type ReducedAngle, reduceAngle } from "./reduceAngle.ts";
import { inFloat64 } from "./wide.ts";

// test/golden/coefficients.py: (sin(r)/r − 1)/u and (cos(r) − 1)/u for u = r², |r| ≤ π/4; errors 2^−37.5 and 2^−34.1.
const SINE = [-0.16666666641608, 0.008333329383696875, -0.00019839334118675083, 2.7183045529428483e-6];
const COSINE = [-0.4999999972489964, 0.041666623299659415, -0.0013886762986778573, 2.4390372579605075e-5];

/** The sine and the cosine of `|r| ≤ π/4`, to 34 bits; the sine keeps −0. */
export function sineAndCosine(wide: Lanes, r: Local): { readonly sine: Local; readonly cosine: Local } {
  const u = wide.keep(wide.mul(r, r));
  const one = wide.constant(1);
  return {
    sine: wide.keep(wide.mul(r, wide.madd(u, polynomial(wide, SINE, u), one))),
    cosine: wide.keep(wide.madd(u, polynomial(wide, COSINE, u), one)),
  };
}

/** Do an odd number of quarters turn the sine into the cosine? */
export function isOdd(wide: Lanes, quarters: Expression): Expression {
  const one = wide.intConstant(1);
  return wide.intEq(wide.intAnd(quarters, one), one);
}

/** The sine of an angle that is reduced. */
export function sineOf(wide: Lanes, r: Local, quarters: Local): Expression {
  const { sine, cosine } = sineAndCosine(wide, r);
  const value = wide.select(isOdd(wide, quarters), cosine, sine);
  const sign = wide.intAnd(wide.shl(quarters, 62), wide.intConstant(1n << 63n));
  return wide.fromBits(wide.intXor(wide.bits(value), sign));
}

/**
 * `sin(x)`, for float32: by {@link reduceAngle} and two polynomials in float64, for arguments of any size.
 *
 * Domain: all numbers; ±∞ gives NaN, −0 gives −0.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function sin(lanes: Lanes, x: Expression): Expression {
  return inFloat64(lanes, [x], (wide, [v]) => {
    const { r, quarters }: ReducedAngle = reduceAngle(wide, v);
    return sineOf(wide, r, quarters);
  });
}
