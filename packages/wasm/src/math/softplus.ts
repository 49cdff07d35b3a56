import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { exp } from "./exp.ts";
import { logOfSplit } from "./log.ts";

/**
 * `log(1 + eˣ) = max(x, 0) + log(1 + e)` with `e = e^−|x|` (Mächler 2012). As `e ≤ 1`, `1 + e = 2ᵏ (1 + f)` has `k` 0 or 1 and `f` is
 * exact.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives ∞.
 */
export function softplus(lanes: Lanes, x: Expression): Expression {
  const given = lanes.keep(x);
  const e = lanes.keep(exp(lanes, lanes.neg(lanes.abs(given))));
  const isLarge = lanes.keep(lanes.lt(lanes.constant(0.5), e));
  const f = lanes.select(isLarge, lanes.mul(lanes.sub(e, lanes.constant(1)), lanes.constant(0.5)), e);
  const negativeK = lanes.select(isLarge, lanes.constant(-1), lanes.constant(0));
  const log = logOfSplit(lanes, lanes.keep(f), lanes.keep(negativeK));
  return lanes.add(lanes.atLeast(given, lanes.constant(0)), log);
}
