import { expQuotient } from "./expQuotient.ts";

/**
 * `silu(x) = x σ(x)`, also called swish, with its negative tail.
 *
 * Domain: all numbers; ∞ gives ∞, −∞ gives −0 (the limit), NaN gives NaN, −0 gives −0.
 * Numerics: for `x < 0` one quotient `x eˣ / (1 + eˣ)`, since `x` times a subnormal `σ(x)` would be off by `|x|/2` ulps;
 * else `x − x σ(−x)`. At most 0.8 ulp.
 */
export function silu(x: number): number {
  if (Math.abs(x) < 1e-18) return 0.5 * x;
  if (x < -760) return -0;
  if (x < 0) return expQuotient(x, 0, x, 0, 1, 0, 1);
  return x > 50 ? x : x - expQuotient(-x, 0, x, 0, 1, 0, 1);
}
