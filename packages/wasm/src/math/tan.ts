import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { reduceAngle } from "./reduceAngle.ts";
import { isOdd, sineAndCosine } from "./sin.ts";
import { inFloat64 } from "./wide.ts";

/**
 * `tan(x) = sin(r)/cos(r)`, or `−cos(r)/sin(r)` after an odd number of quarter turns; for float32, in float64.
 *
 * Domain: all numbers; ±∞ gives NaN, −0 gives −0.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function tan(lanes: Lanes, x: Expression): Expression {
  return inFloat64(lanes, [x], (wide, [v]) => {
    const { r, quarters } = reduceAngle(wide, v);
    const { sine, cosine } = sineAndCosine(wide, r);
    const odd = wide.keep(isOdd(wide, quarters));
    return wide.div(wide.select(odd, wide.neg(cosine), sine), wide.select(odd, sine, cosine));
  });
}
