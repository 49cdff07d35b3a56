import { erfCorrection } from "./erfCorrection.ts";
import { ERFCX_CENTRE, erfcxCorrection } from "./erfcx.ts";
import { productError, sumError } from "./errorFree.ts";
import { expQuotient } from "./expQuotient.ts";

/**
 * `erfc(x) = 2/√π ∫ₓ^∞ e^{−t²} dt = 1 − erf(x)`, with its tail.
 *
 * Domain: all numbers; −∞ gives 2, ∞ gives 0, NaN gives NaN; subnormal from 26.55 and 0 from 27.23.
 * Numerics: `(1 − x) − x p(x²)` for `|x| < 0.75`; above, `e^{−x²} q(x) / (1 + 2x)` with `x²` exact; below, `2 − erfc(−x)`.
 * At most 1.2 ulp, 0.9 from 0.75 on; fdlibm's form, as in glibc 2.36, is off by up to 3.9 ulp, measured in the same way.
 */
export function erfc(x: number): number {
  if (x < -0.75) return 2 - erfc(-x);
  if (x < 0.75) {
    const complement = 1 - x;
    return complement + (sumError(1, -x, complement) - x * erfCorrection(x * x));
  }
  if (x > 28) return 0;
  const square = x * x;
  const correction = erfcxCorrection(x);
  const numerator = ERFCX_CENTRE + correction;
  const denominator = 1 + 2 * x;
  return expQuotient(
    -square,
    -productError(x, x, square),
    numerator,
    sumError(ERFCX_CENTRE, correction, numerator),
    denominator,
    sumError(1, 2 * x, denominator),
    0,
  );
}
