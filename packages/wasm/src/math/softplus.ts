import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { EXP } from "./exp.ts";
import { nearestExponent, powerOfTwo, subtractLn2 } from "./exponent.ts";
import { logOfSplit } from "./log.ts";
import { polynomialBySquare } from "./polynomial.ts";

/** Where the power of two is 0, as in {@link exp}. */
const LOWEST = { float32: -104.8, float64: -746.6 } as const;
/** Powers of two that make 2ᵏ normal. */
const LIFT = { float32: 24, float64: 54 } as const;

/** eˣ for x ≤ 0: as {@link exp}, with a power of two that cannot be too large, and so is one and a constant. */
function decay(lanes: Lanes, x: Expression): Local {
  const lift = LIFT[lanes.dtype];
  const bounded = lanes.keep(lanes.atLeast(x, lanes.constant(LOWEST[lanes.dtype])));
  const exponent = nearestExponent(lanes, bounded, Math.LOG2E, -lift);
  const r = subtractLn2(lanes, bounded, exponent.k);
  const square = lanes.keep(lanes.mul(r, r));
  const p = polynomialBySquare(lanes, EXP[lanes.dtype], r, square);
  const value = lanes.add(lanes.madd(square, p, r), lanes.constant(1));
  const lifted = lanes.mul(value, powerOfTwo(lanes, exponent));
  return lanes.keep(lanes.mul(lifted, lanes.constant(2 ** -lift)));
}

/** `log(1 + e)` for `0 ≤ e ≤ 1`: `1 + e = 2ᵏ (1 + f)` has k 0 or 1, and f is exact. */
function log1pOfUnit(lanes: Lanes, e: Local): Expression {
  const [zero, half, one] = [0, 0.5, 1].map((value) => lanes.constant(value));
  const isLarge = lanes.keep(lanes.lt(half, e));
  const f = lanes.keep(lanes.select(isLarge, lanes.mul(lanes.sub(e, one), half), e));
  return logOfSplit(lanes, f, lanes.keep(lanes.select(isLarge, lanes.constant(-1), zero)));
}

/**
 * `log(1 + eˣ) = max(x, 0) + log(1 + e)` with `e = e^−|x|` (Mächler 2012).
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives ∞.
 * Numerics: float32 at most 1.8 ulp, float64 within 2 of the definition, in samples of every exponent.
 */
export function softplus(lanes: Lanes, x: Expression): Expression {
  const given = lanes.keep(x);
  // −|x|
  const e = decay(lanes, lanes.copysign(given, lanes.constant(-1)));
  return lanes.add(lanes.atLeast(given, lanes.constant(0)), log1pOfUnit(lanes, e));
}
