import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { EXP } from "./exp.ts";
import { addLn2, nearestExponent, powerOfTwo } from "./exponent.ts";
import { polynomialBySquare } from "./polynomial.ts";

/** `(1 − q − e^−q) / q²`. */
const NEGATED: Readonly<Record<Lanes["dtype"], readonly number[]>> = {
  float32: EXP.float32.map((c, i) => (i % 2 === 0 ? -c : c)),
  float64: EXP.float64.map((c, i) => (i % 2 === 0 ? -c : c)),
};

/** The argument's range: below the first x σ(x) is 0, above the second σ(x) is 1. */
const QUOTIENT_BOUNDS = { float32: [-110, 30], float64: [-760, 60] } as const;
/** The exponent of {@link LogisticQuotient.unit}, so small that `unit e⁻ˣ` is finite over the whole range. */
const UNIT = { float32: -34, float64: -74 } as const;

/** `σ(x) = unit / denominator`, and `x σ(x) = unit x / denominator`: quotients that are rounded once, subnormal ones too. */
interface LogisticQuotient {
  readonly unit: Local;
  /** `unit (1 + e⁻ˣ)`. */
  readonly denominator: Local;
}

/**
 * `σ(x)` as a quotient. With `e⁻ˣ = 2ᵏ (1 + y)` its denominator is `(unit 2ᵏ + unit) + unit 2ᵏ y`, of which the first sum is exact where
 * it counts.
 */
function logisticQuotient(lanes: Lanes, x: Expression): LogisticQuotient {
  const { dtype } = lanes;
  const [lowest, highest] = QUOTIENT_BOUNDS[dtype];
  const bounded = lanes.keep(lanes.atLeast(lanes.atMost(x, lanes.constant(highest)), lanes.constant(lowest)));
  const exponent = nearestExponent(lanes, bounded, -Math.LOG2E, -UNIT[dtype]);
  // q = x + k ln 2, so that y = e^−q − 1.
  const q = addLn2(lanes, bounded, exponent.k);
  const square = lanes.keep(lanes.mul(q, q));
  const negativeY = lanes.madd(square, polynomialBySquare(lanes, NEGATED[dtype], q, square), q);
  const unit = lanes.constant(2 ** UNIT[dtype]);
  const power = powerOfTwo(lanes, exponent);
  const sum = lanes.keep(lanes.add(power, unit));
  // What the sum rounds away: without it the result is off by another ulp where 2ᵏ is the mantissa's length.
  const lost = lanes.sub(unit, lanes.sub(sum, power));
  return { unit, denominator: lanes.keep(lanes.add(sum, lanes.nmadd(power, negativeY, lost))) };
}

/** Below the first the result is −0; within the second it is x/2, whose product with a small power of two would be subnormal. */
const BOUNDS = { float32: [-110, 2 ** -26], float64: [-760, 2 ** -55] } as const;

/**
 * `x σ(x)`, also called swish, as the one quotient `u x / (u + u e⁻ˣ)` with a small power of two u: x times a subnormal σ(x) would
 * be off by x/2 ulps.
 *
 * Domain: all numbers; ∞ gives ∞, −∞ gives −0, −0 gives −0.
 * Numerics: float32 at most 1.75 ulp, float64 within 2 of the definition, in samples of every exponent.
 */
export function silu(lanes: Lanes, x: Expression): Expression {
  const [lowest, tiny] = BOUNDS[lanes.dtype];
  const given = lanes.keep(x);
  const { unit, denominator } = logisticQuotient(lanes, given);
  const bounded = lanes.atLeast(given, lanes.constant(lowest));
  return lanes.select(
    lanes.lt(lanes.abs(given), lanes.constant(tiny)),
    lanes.mul(given, lanes.constant(0.5)),
    lanes.div(lanes.mul(bounded, unit), denominator),
  );
}
