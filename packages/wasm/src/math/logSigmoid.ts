import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { softplus } from "./softplus.ts";

/**
 * `log σ(x) = −softplus(−x)`, with its tail.
 *
 * Domain: all numbers; −∞ gives −∞, ∞ gives −0.
 */
export function logSigmoid(lanes: Lanes, x: Expression): Expression {
  return lanes.neg(softplus(lanes, lanes.neg(x)));
}
