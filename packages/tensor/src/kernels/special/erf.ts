import { erfCorrection } from "./erfCorrection.ts";
import { erfc } from "./erfc.ts";

/**
 * `erf(x) = 2/√π ∫₀ˣ e^{−t²} dt`.
 *
 * Domain: all numbers; ±∞ gives ±1, NaN gives NaN, −0 gives −0.
 * Numerics: `x + x p(x²)` for `|x| < 0.75`, else `1 − erfc(|x|)` with the sign of `x`. At most 0.9 ulp.
 */
export function erf(x: number): number {
  if (Math.abs(x) < 0.75) return x + x * erfCorrection(x * x);
  return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
}
