import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { expm133, inFloat64 } from "./wide.ts";

const SCALE = 1.0507009873554805;
/** λα. */
const PRODUCT = 1.7580993408473768;
/** Below, the value is −λα in float32. */
const BOUND = -30;

/**
 * `λ x` where x is not negative, else `λα (eˣ − 1)`; for float32, in float64, as the two roundings of λα and its product add to those of
 * the exponential.
 *
 * Domain: all numbers; ∞ gives ∞, −∞ gives −λα, −0 gives −0.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function selu(lanes: Lanes, x: Expression): Expression {
  return inFloat64(lanes, [x], (wide, [v]) => {
    const decay = expm133(wide, wide.keep(wide.atLeast(v, wide.constant(BOUND))));
    return wide.select(
      wide.lt(v, wide.constant(0)),
      wide.mul(decay, wide.constant(PRODUCT)),
      wide.mul(v, wide.constant(SCALE)),
    );
  });
}
