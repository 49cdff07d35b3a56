import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";

/** `c₀ + c₁ x + c₂ x² + …` by Horner's rule. Where sums stay in registers, its latency hides behind the next vectors' work. */
export function polynomial(lanes: Lanes, coefficients: readonly number[], x: Local): Expression {
  return coefficients
    .slice(0, -1)
    .reduceRight<Expression>(
      (value, coefficient) => lanes.madd(value, x, lanes.constant(coefficient)),
      lanes.constant(coefficients[coefficients.length - 1]),
    );
}
