import { expQuotient } from "./expQuotient.ts";

/**
 * `sinh(x) = (eˣ − e⁻ˣ)/2`.
 *
 * Domain: all numbers; ±∞ gives ±∞, NaN gives NaN, −0 gives −0; ±∞ beyond 710.48.
 * Numerics: from 22 on `eˣ/2`, whose rounded halves `Math.sinh` of V8 multiplies with 2.5 ulp near the overflow; at most
 * SINH_ULP ulp, from V8's below 1.
 */
export function sinh(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 22 && magnitude < 711) return expQuotient(magnitude, 0, x < 0 ? -1 : 1, 0, 2, 0, 0);
  return Math.sinh(x);
}
