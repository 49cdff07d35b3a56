import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { exp34, inFloat64 } from "./wide.ts";

/**
 * `φ(x) = e^(−x²/2) / √(2π)`, for float32, in float64, where the square is exact.
 *
 * Domain: all numbers; ±∞ gives 0; 0 beyond ±14.4.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function normalPdf(lanes: Lanes, x: Expression): Expression {
  const size = lanes.atMost(lanes.abs(x), lanes.constant(16));
  return inFloat64(lanes, [size], (wide, [a]) => {
    const exponential = exp34(wide, wide.mul(wide.mul(a, wide.constant(-0.5)), a));
    return wide.mul(exponential, wide.constant(1 / Math.sqrt(2 * Math.PI)));
  });
}
