import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { logarithm } from "./log2.ts";

/**
 * `log₁₀ x = (k ln 2 + log(1 + f)) / ln 10` with `x = 2ᵏ (1 + f)`, for float32, in float64.
 *
 * Domain: x > 0; 0 gives −∞, less gives NaN.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function log10(lanes: Lanes, x: Expression): Expression {
  return logarithm(lanes, x, Math.LN2 / Math.LN10, 1 / Math.LN10);
}
