import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { erfcTail } from "./erfcTail.ts";
import { inFloat64 } from "./wide.ts";

/** Beyond, Φ(x) and x Φ(x) are 0 or 1 and x. */
export const NORMAL_BOUND = 14.4;

/** `Φ(x) = ½ erfc(−x/√2)` to 33 bits for `|x| ≤` {@link NORMAL_BOUND}. */
export function normalCdf33(wide: Lanes, x: Local): Expression {
  const tail = erfcTail(wide, wide.keep(wide.mul(wide.abs(x), wide.constant(Math.SQRT1_2))));
  const half = wide.keep(wide.mul(tail, wide.constant(0.5)));
  return wide.select(wide.lt(x, wide.constant(0)), half, wide.sub(wide.constant(1), half));
}

/**
 * `Φ(x) = ½ erfc(−x/√2)`, for float32, in float64, which holds `x/√2` to so many digits that the tail keeps its own.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives 1.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function normalCdf(lanes: Lanes, x: Expression): Expression {
  const bound = lanes.constant(NORMAL_BOUND);
  const bounded = lanes.atLeast(lanes.atMost(x, bound), lanes.constant(-NORMAL_BOUND));
  return inFloat64(lanes, [bounded], (wide, [v]) => normalCdf33(wide, v));
}
