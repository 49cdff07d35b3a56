import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { exp34, inFloat64 } from "./wide.ts";

/**
 * `cosh(x) = (e + 1/e) / 2` with `e = e^|x|`, for float32, in float64, which it does not overflow.
 *
 * Domain: all numbers; ±∞ gives ∞.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function cosh(lanes: Lanes, x: Expression): Expression {
  const size = lanes.atMost(lanes.abs(x), lanes.constant(100));
  return inFloat64(lanes, [size], (wide, [a]) => {
    const half = wide.constant(0.5);
    const e = wide.keep(exp34(wide, a));
    return wide.madd(e, half, wide.div(half, e));
  });
}
