import { expQuotient } from "./expQuotient.ts";

/**
 * `σ(x) = 1 / (1 + e⁻ˣ)`, with its tail.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives 1, NaN gives NaN; subnormal below −708.4 and 0 below −745.1.
 * Numerics: `eˣ / (1 + eˣ)` for `x < 0`, else `1 − σ(−x)`: the plain formula is 0 below −709.8 and off by 2.5 ulp above.
 * At most 0.8 ulp.
 */
export function sigmoid(x: number): number {
  if (x < 0) return x < -746 ? 0 : expQuotient(x, 0, 1, 0, 1, 0, 1);
  return x > 40 ? 1 : 1 - expQuotient(-x, 0, 1, 0, 1, 0, 1);
}
