import { expQuotient } from "./expQuotient.ts";

/**
 * `sinh(x) = (eˣ − e⁻ˣ)/2`.
 *
 * Domain: all numbers; ±∞ gives ±∞, NaN gives NaN, −0 gives −0; ±∞ beyond 710.48.
 * Numerics: V8's `Math.sinh` up to 22, then `eˣ/2`, as V8's is off by 2.5 ulp near the overflow. At most 1.9 ulp.
 */
export function sinh(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 22 && magnitude < 711) return expQuotient(magnitude, 0, x < 0 ? -1 : 1, 0, 2, 0, 0);
  return Math.sinh(x);
}
