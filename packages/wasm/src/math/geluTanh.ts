import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { exp34, inFloat64 } from "./wide.ts";

/** Beyond, the gate is 0 or 1 and x times it −0 or x. */
const BOUND = 12;

/** `σ(2u)` with `2u = 2 √(2/π) (x + 0.044715 x³)` to 33 bits for `|x| ≤` {@link BOUND}. */
function gate(wide: Lanes, x: Local): Expression {
  const one = wide.constant(1);
  const cubic = wide.madd(wide.mul(x, x), wide.constant(0.044715), one);
  const argument = wide.mul(wide.mul(x, wide.constant(-2 * Math.sqrt(2 / Math.PI))), cubic);
  return wide.div(one, wide.add(exp34(wide, argument), one));
}

/**
 * How much of x {@link geluTanh} lets through: `½ (1 + tanh u) = σ(2u)`; for float32, in float64.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives 1.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function geluTanhGate(lanes: Lanes, x: Expression): Expression {
  const bounded = lanes.atLeast(lanes.atMost(x, lanes.constant(BOUND)), lanes.constant(-BOUND));
  return inFloat64(lanes, [bounded], (wide, [v]) => gate(wide, v));
}

/**
 * The tanh approximation of gelu, `½ x (1 + tanh u)` with `u = √(2/π) (x + 0.044715 x³)`; for float32, in float64.
 *
 * Domain: all numbers; ∞ gives ∞, −∞ gives −0, −0 gives −0.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function geluTanh(lanes: Lanes, x: Expression): Expression {
  const bounded = lanes.atLeast(x, lanes.constant(-BOUND));
  return inFloat64(lanes, [bounded], (wide, [v]) =>
    wide.mul(v, gate(wide, wide.keep(wide.atMost(v, wide.constant(BOUND))))),
  );
}
