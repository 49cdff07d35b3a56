import { expQuotient } from "./expQuotient.ts";

/**
 * `cosh(x) = (eˣ + e⁻ˣ)/2`.
 *
 * Domain: all numbers; ±∞ gives ∞, NaN gives NaN; ∞ beyond ±710.48.
 * Numerics: V8's `Math.cosh` up to 22, then `eˣ/2`, as V8's is off by 2.6 ulp near the overflow. At most 1.4 ulp.
 */
export function cosh(x: number): number {
  const magnitude = Math.abs(x);
  return magnitude > 22 && magnitude < 711 ? expQuotient(magnitude, 0, 1, 0, 2, 0, 0) : Math.cosh(x);
}
