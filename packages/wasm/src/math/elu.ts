import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { scaledExpm1 } from "./expm1.ts";
import { expm133, inFloat64 } from "./wide.ts";

/** Below, the value is −α in float32. */
const BOUND = -30;

/**
 * `x` where x is positive, else `α (eˣ − 1)`; for float32, in float64: where the product is just above a power of two, an error of the
 * exponential counts twice.
 *
 * Domain: all numbers and every finite α; ∞ gives ∞, −∞ gives −α.
 * Numerics: float32 at most 0.51 ulp, in samples of every exponent; float64 within 3 of the definition, which rounds the product too.
 */
export function elu(lanes: Lanes, x: Expression, alpha: Expression): Expression {
  if (lanes.dtype === "float32") {
    return inFloat64(lanes, [x, alpha], (wide, [v, scale]) => {
      const decay = expm133(wide, wide.keep(wide.atLeast(v, wide.constant(BOUND))));
      const zero = wide.constant(0);
      // The sign of a zero is lost on the way.
      const unscaled = wide.select(wide.lt(v, zero), decay, v);
      return wide.select(wide.lt(zero, v), v, wide.mul(scale, unscaled));
    });
  }
  const given = lanes.keep(x);
  const scale = lanes.keep(alpha);
  const negative = scaledExpm1(lanes, given, (value) => lanes.mul(value, scale));
  return lanes.select(lanes.lt(lanes.constant(0), given), given, negative);
}
