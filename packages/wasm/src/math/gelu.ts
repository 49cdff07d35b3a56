import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { NORMAL_BOUND, normalCdf33 } from "./normalCdf.ts";
import { inFloat64 } from "./wide.ts";

/**
 * `x Φ(x)`, exact form (Hendrycks and Gimpel 2016) with its negative tail; for float32, in float64.
 *
 * Domain: all numbers; ∞ gives ∞, −∞ gives −0, −0 gives −0.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function gelu(lanes: Lanes, x: Expression): Expression {
  const bounded = lanes.keep(lanes.atLeast(x, lanes.constant(-NORMAL_BOUND)));
  return inFloat64(lanes, [bounded], (wide, [v]) => {
    const inside = wide.keep(wide.atMost(v, wide.constant(NORMAL_BOUND)));
    return wide.mul(v, normalCdf33(wide, inside));
  });
}
