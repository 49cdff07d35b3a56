import { scaledNormalCdf } from "./normalCdf.ts";

/**
 * `gelu(x) = x Φ(x)`, exact form (Hendrycks and Gimpel 2016), with its negative tail.
 *
 * Domain: all numbers; ∞ gives ∞, −∞ gives −0 (the limit), NaN gives NaN, −0 gives −0.
 * Numerics: `x (1 + erf(x/√2))/2` cancels for `x < −1` and is 0 below −8.3, where the value is −5e-16. At most 1.1 ulp.
 */
export function gelu(x: number): number {
  if (x < -39) return -0;
  if (Math.abs(x) < 1e-18) return 0.5 * x; // the error of a product of subnormals is not representable
  return scaledNormalCdf(x, x);
}
