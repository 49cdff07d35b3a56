import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { exp34, inFloat64 } from "./wide.ts";

/**
 * `σ(x) σ(−x) = e / (1 + e)²` with `e = e^−|x|`, for float32, in float64.
 *
 * Domain: all numbers; ±∞ gives 0.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function logisticPdf(lanes: Lanes, x: Expression): Expression {
  // Beyond 110 the result is 0, and float64 far from its ends.
  const size = lanes.atMost(lanes.abs(x), lanes.constant(110));
  return inFloat64(lanes, [size], (wide, [a]) => {
    const e = wide.keep(exp34(wide, wide.neg(a)));
    const sum = wide.keep(wide.add(e, wide.constant(1)));
    return wide.div(e, wide.mul(sum, sum));
  });
}
