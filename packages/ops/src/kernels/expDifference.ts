import { sumError } from "@adjoint/tensor/special";

/**
 * `e^(a − b)` for `a ≤ b`. Domain: NaN for `∞ − ∞` and `−∞ − −∞`.
 * Numerics: what the rounding of the difference drops is put back; else the result would be off by `|a − b|/2` ulps.
 */
export function expDifference(a: number, b: number): number {
  const difference = a - b;
  const power = Math.exp(difference);
  return power > 0 ? power + power * sumError(a, -b, difference) : power;
}
