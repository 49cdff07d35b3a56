import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { polynomial } from "./polynomial.ts";
import { exp34, inFloat64 } from "./wide.ts";

// test/golden/coefficients.py: (sinh(x)/x − 1)/u for u = x² up to 1; error of sinh 2^−34.
const COEFFICIENTS = [
  0.16666666488730264, 0.008333350597295211, 0.00019836066385092355, 2.817438906512829e-6,
];

/**
 * `sinh(x) = (e − 1/e) / 2` with `e = e^|x|` and the sign of x, below 1 a polynomial; for float32, in float64, which the exponential
 * does not overflow.
 *
 * Domain: all numbers; ±∞ gives ±∞, −0 gives −0.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function sinh(lanes: Lanes, x: Expression): Expression {
  const given = lanes.keep(x);
  const size = lanes.atMost(lanes.abs(given), lanes.constant(100));
  const value = inFloat64(lanes, [size], (wide, [a]) => {
    const half = wide.constant(0.5);
    const e = wide.keep(exp34(wide, a));
    const far = wide.sub(wide.mul(e, half), wide.div(half, e));
    const square = wide.keep(wide.mul(a, a));
    const near = wide.madd(wide.mul(a, square), polynomial(wide, COEFFICIENTS, square), a);
    return wide.select(wide.lt(a, wide.constant(1)), near, far);
  });
  return lanes.copysign(value, given);
}
