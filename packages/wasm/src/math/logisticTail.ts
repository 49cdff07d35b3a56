import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { EXP } from "./exp.ts";
import { addLn2, biasedExponent, exponentOf, powerOfTwo } from "./exponent.ts";
import type { FormulaWriter, Part } from "./parts.ts";
import { polynomialBySquare } from "./polynomial.ts";

/** The exponent of the factor that makes 2⁻ᵏ a normal number wherever the tail is not 0. */
const LIFT = { float32: 34, float64: 74 } as const;
/** Where 2⁻ᵏ is 0, as its exponent's bits are: an underflow would take much longer than a product with 0. */
const BOUNDS = { float32: 111.6, float64: 760.4 } as const;

const size: Part = {
  id: "logistic size",
  cost: 2,
  isEven: true,
  emit: (lanes, x) => lanes.atMost(lanes.abs(x), lanes.constant(BOUNDS[lanes.dtype])),
};

/** −k, biased: {@link biasedExponent}. */
const exponent: Part = {
  id: "logistic exponent",
  cost: 1,
  emit: (lanes, a) => biasedExponent(lanes, a, -Math.LOG2E, -LIFT[lanes.dtype]),
};

const remainder: Part = {
  id: "logistic remainder",
  cost: 3,
  emit: (lanes, a, shifted) => addLn2(lanes, a, exponentOf(lanes, shifted as Local, -LIFT[lanes.dtype]).k),
};

/** 2⁻ᵏ, lifted. */
const power: Part = {
  id: "logistic power",
  cost: 1,
  emit: (lanes, shifted) => powerOfTwo(lanes, { shifted: shifted as Local }),
};

/** `1 + 2⁻ᵏ`, lifted. */
function exactSum(lanes: Lanes, lifted: Expression): Expression {
  return lanes.add(lifted, lanes.constant(2 ** LIFT[lanes.dtype]));
}

/** `eʳ − 1`, and what {@link exactSum} rounds away, without which the tail is off by another ulp where 2ᵏ is the mantissa's length. */
const growth: Part = {
  id: "logistic growth",
  cost: 12,
  emit(lanes, r, lifted) {
    const { dtype } = lanes;
    const lift = LIFT[dtype];
    const given = r as Local;
    const square = lanes.keep(lanes.mul(given, given));
    const rounded = lanes.sub(exactSum(lanes, lifted), lanes.constant(2 ** lift));
    const linear = lanes.madd(lanes.sub(lifted, rounded), lanes.constant(2 ** -lift), given);
    return lanes.madd(square, polynomialBySquare(lanes, EXP[dtype], given, square), linear);
  },
};

const denominator: Part = {
  id: "logistic denominator",
  cost: 2,
  emit: (lanes, lifted, grown) =>
    lanes.madd(lanes.constant(2 ** LIFT[lanes.dtype]), grown, exactSum(lanes, lifted)),
};

const quotient: Part = { id: "logistic quotient", cost: 4, emit: (lanes, a, b) => lanes.div(a, b) };

/** What the denominator lost when it was rounded, not lifted. */
const loss: Part = {
  id: "logistic loss",
  cost: 3,
  emit: (lanes, lifted, grown, rounded) =>
    lanes.madd(lanes.constant(2 ** LIFT[lanes.dtype]), grown, lanes.sub(exactSum(lanes, lifted), rounded)),
};

/** {@link logisticTail}. */
export interface LogisticTail<Value> {
  /** σ(−|x|), at most ½; subnormal values are rounded once. */
  readonly tail: Value;
  /** What its denominator lost when it was rounded, times `2 ** lift`. */
  readonly lost: () => Value;
}

/**
 * `σ(−|x|) = 2⁻ᵏ / (2⁻ᵏ + eʳ)` with `|x| = k ln 2 + r`, both parts lifted by a power of two. The denominator is
 * `(1 + 2⁻ᵏ) + (eʳ − 1)`, of which the first sum is kept exact. σ, its derivative and tanh are made of it.
 */
export function logisticTail<Value>({ part }: FormulaWriter<Value>, x: Value): LogisticTail<Value> {
  const a = part(size, x);
  const shifted = part(exponent, a);
  const r = part(remainder, a, shifted);
  const lifted = part(power, shifted);
  const grown = part(growth, r, lifted);
  const rounded = part(denominator, lifted, grown);
  return { tail: part(quotient, lifted, rounded), lost: () => part(loss, lifted, grown, rounded) };
}

/** The exponent of the factor of {@link LogisticTail.lost}. */
export function lostLift({ dtype }: Lanes): number {
  return LIFT[dtype];
}
