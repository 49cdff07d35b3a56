import { sigmoid } from "@adjoint/tensor/special";

const SCALE = 1.5957691216057308; // 2 √(2/π)
const CUBIC = 0.044715;

/**
 * `½ x (1 + tanh u) = x σ(2u)` with `u = √(2/π) (x + 0.044715 x³)`.
 *
 * Domain: all numbers; −∞ gives −0 (the limit), ∞ gives ∞. Numerics: the rounding of `2u` grows by a factor `|2u|`.
 */
export function geluTanh(x: number): number {
  if (x < -1000) return -0;
  return x * sigmoid(SCALE * x * (1 + CUBIC * x * x));
}
