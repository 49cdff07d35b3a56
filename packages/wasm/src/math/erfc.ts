import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { erfcTail } from "./erfcTail.ts";
import { inFloat64 } from "./wide.ts";

/**
 * `erfc(x) = 2/√π ∫ₓ^∞ e^{−t²} dt = 1 − erf(x)` with its tail, below 0 as `2 − erfc(−x)`; for float32, in float64.
 *
 * Domain: all numbers; −∞ gives 2, ∞ gives 0; 0 from 10.06 on.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function erfc(lanes: Lanes, x: Expression): Expression {
  const bounded = lanes.atLeast(lanes.atMost(x, lanes.constant(10.2)), lanes.constant(-10.2));
  return inFloat64(lanes, [bounded], (wide, [v]) => {
    const tail = wide.keep(erfcTail(wide, wide.keep(wide.abs(v))));
    return wide.select(wide.lt(v, wide.constant(0)), wide.sub(wide.constant(2), tail), tail);
  });
}
