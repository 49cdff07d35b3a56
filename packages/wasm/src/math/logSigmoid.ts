import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { softplus } from "./softplus.ts";

/**
 * `log σ(x) = −softplus(−x)`, with its tail.
 *
 * Domain: all numbers; −∞ gives −∞, ∞ gives −0.
 * Numerics: float32 at most 1.8 ulp, float64 within 2 of the definition, in samples of every exponent.
 */
export function logSigmoid(lanes: Lanes, x: Expression): Expression {
  return lanes.neg(softplus(lanes, lanes.neg(x)));
}
