import { softplus } from "./softplus.ts";

/**
 * `log σ(x) = −softplus(−x)`, with its tail.
 *
 * Domain: all numbers; −∞ gives −∞, ∞ gives −0, NaN gives NaN. Numerics: those of {@link softplus}.
 */
export function logSigmoid(x: number): number {
  return -softplus(-x);
}
