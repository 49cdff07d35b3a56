import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";

/** `c₀ + c₁ x + c₂ x² + …` by Horner's rule. */
export function polynomial(lanes: Lanes, coefficients: readonly number[], x: Local): Expression {
  return coefficients
    .slice(0, -1)
    .reduceRight<Expression>(
      (value, coefficient) => lanes.madd(value, x, lanes.constant(coefficient)),
      lanes.constant(coefficients[coefficients.length - 1]),
    );
}

/**
 * The same where `x²` is at hand: even and odd powers apart, each by Horner's rule. It takes as many instructions, and half as long
 * from the first to the last, so that more of the next vectors' work fits beside it.
 */
export function polynomialBySquare(
  lanes: Lanes,
  coefficients: readonly number[],
  x: Local,
  square: Local,
): Expression {
  const even = polynomial(
    lanes,
    coefficients.filter((_, i) => i % 2 === 0),
    square,
  );
  const odd = polynomial(
    lanes,
    coefficients.filter((_, i) => i % 2 === 1),
    square,
  );
  return lanes.madd(odd, x, even);
}
