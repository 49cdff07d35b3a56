import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { reduceAngle } from "./reduceAngle.ts";
import { sineOf } from "./sin.ts";
import { inFloat64 } from "./wide.ts";

/**
 * `cos(x) = sin(x + π/2)`, for float32: the sine a quarter turn on, for arguments of any size.
 *
 * Domain: all numbers; ±∞ gives NaN.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function cos(lanes: Lanes, x: Expression): Expression {
  return inFloat64(lanes, [x], (wide, [v]) => {
    const { r, quarters } = reduceAngle(wide, v);
    return sineOf(wide, r, wide.keep(wide.intAdd(quarters, wide.intConstant(1))));
  });
}
