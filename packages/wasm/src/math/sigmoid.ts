import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { EXP } from "./exp.ts";
import { nearestExponent, powerOfTwo, subtractLn2 } from "./exponent.ts";
import { polynomial } from "./polynomial.ts";

/** Beyond, σ(−|x|) is 0. */
const BOUND = { float32: 104, float64: 746 } as const;
/** Powers of two that make 2ᵏ normal. */
const LIFT = { float32: 24, float64: 54 } as const;

/**
 * `σ(−a) = scale (1 + y) / (1 + scale (1 + y))` with `e⁻ᵃ = scale (1 + y)` and `scale = lifted · drop`, a power of two: as
 * `value = 1/d + y/d`, in which neither `1 + y` nor, to first order, `d` is rounded.
 */
export interface LogisticTail {
  /** `σ(−a) / scale`. */
  readonly value: Expression;
  /** `scale` and `lifted`, which is normal where `scale` is subnormal: `value lifted drop` is rounded once. */
  readonly lifted: Expression;
  readonly drop: Expression;
}

/** σ(−a) for a ≥ 0 in parts, NaN for NaN. */
export function logisticTail(lanes: Lanes, size: Expression): LogisticTail {
  const lift = LIFT[lanes.dtype];
  const bounded = lanes.keep(lanes.atLeast(lanes.neg(size), lanes.constant(-BOUND[lanes.dtype])));
  const exponent = nearestExponent(lanes, bounded, Math.LOG2E, -lift);
  const r = subtractLn2(lanes, bounded, exponent.k);
  const lifted = powerOfTwo(lanes, exponent);
  const drop = lanes.constant(2 ** -lift);
  const y = lanes.keep(lanes.madd(lanes.mul(r, r), polynomial(lanes, EXP[lanes.dtype], r), r));
  const one = lanes.constant(1);
  const scale = lanes.keep(lanes.mul(lifted, drop));
  const whole = lanes.keep(lanes.add(scale, one));
  const denominator = lanes.keep(lanes.madd(scale, y, whole));
  const lost = lanes.madd(scale, y, lanes.sub(whole, denominator));
  const reciprocal = lanes.keep(lanes.div(one, denominator));
  return { value: lanes.madd(reciprocal, lanes.nmadd(reciprocal, lost, y), reciprocal), lifted, drop };
}

/**
 * `σ(x) = 1 / (1 + e⁻ˣ)`, for `x ≥ 0` as `1 − σ(−x)`, with its tail.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives 1; subnormal results are rounded once.
 */
export function sigmoid(lanes: Lanes, x: Expression): Expression {
  const given = lanes.keep(x);
  const { value, lifted, drop } = logisticTail(lanes, lanes.abs(given));
  const tail = lanes.keep(lanes.mul(lanes.mul(value, lifted), drop));
  return lanes.select(lanes.lt(given, lanes.constant(0)), tail, lanes.sub(lanes.constant(1), tail));
}
