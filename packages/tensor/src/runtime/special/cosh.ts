import { expQuotient } from "./expQuotient.ts";

/**
 * `cosh(x) = (eˣ + e⁻ˣ)/2`.
 *
 * Domain: all numbers; ±∞ gives ∞, NaN gives NaN; ∞ beyond ±710.48.
 * Numerics: from 22 on `eˣ/2`, whose rounded halves `Math.cosh` of V8 multiplies with 2.5 ulp near the overflow; at most
 * COSH_ULP ulp, from V8's near 4.
 */
export function cosh(x: number): number {
  const magnitude = Math.abs(x);
  return magnitude > 22 && magnitude < 711 ? expQuotient(magnitude, 0, 1, 0, 2, 0, 0) : Math.cosh(x);
}
