import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { erfcTail } from "./erfcTail.ts";
import { polynomial } from "./polynomial.ts";
import { inFloat64 } from "./wide.ts";

// test/golden/coefficients.py: erf(x)/x for u = x² up to 0.75²; error 2^−35.2.
const COEFFICIENTS = [
  1.1283791670701124, -0.3761263845673756, 0.11283778851365121, -0.026864787599741775, 0.005216843611899383,
  -0.0008357782626324126, 9.475524000557547e-5,
];

/**
 * `erf(x) = 2/√π ∫₀ˣ e^{−t²} dt`: a polynomial for `|x| < 0.75`, else `1 − erfc(|x|)` with the sign of x; for float32, in float64.
 *
 * Domain: all numbers; ±∞ gives ±1, −0 gives −0.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function erf(lanes: Lanes, x: Expression): Expression {
  const given = lanes.keep(x);
  // From 4 on it is 1.
  const value = inFloat64(lanes, [lanes.atMost(lanes.abs(given), lanes.constant(5))], (wide, [a]) => {
    const square = wide.keep(wide.mul(a, a));
    const near = wide.mul(a, polynomial(wide, COEFFICIENTS, square));
    const far = wide.sub(wide.constant(1), erfcTail(wide, a));
    return wide.select(wide.lt(a, wide.constant(0.75)), near, far);
  });
  return lanes.copysign(value, given);
}
