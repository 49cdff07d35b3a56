import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { exp34, inFloat64, logParts42 } from "./wide.ts";

/**
 * `aᵇ = e^{b log|a|}` with the sign of `a` for odd b; for float32, in float64.
 *
 * Domain: a negative base needs a whole exponent, else NaN. `x⁰` and `1ᵇ` are 1 for every x and b, `(−1)^±∞` is 1 (IEEE 754).
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function pow(lanes: Lanes, a: Expression, b: Expression): Expression {
  return inFloat64(lanes, [a, b], (wide, [base, exponent]) => {
    const [zero, one, infinity] = [0, 1, Number.POSITIVE_INFINITY].map((value) => wide.constant(value));
    const size = wide.keep(wide.abs(base));
    const { log1pF, negativeK } = logParts42(wide, size);
    const finite = wide.nmadd(negativeK, wide.constant(Math.LN2), log1pF);
    const logarithm = wide.select(
      wide.lt(zero, size),
      wide.select(wide.lt(size, infinity), finite, size),
      // −∞ for 0, NaN for NaN
      wide.sub(size, infinity),
    );
    const product = wide.mul(exponent, logarithm);
    // Outside the result is 0 or ∞.
    const bounded = wide.atLeast(wide.atMost(product, wide.constant(100)), wide.constant(-110));
    const power = exp34(wide, bounded);

    const isWhole = wide.keep(wide.eq(wide.trunc(exponent), exponent));
    const half = wide.keep(wide.mul(exponent, wide.constant(0.5)));
    const isOdd = wide.and(isWhole, wide.ne(wide.trunc(half), half));
    const isNegative = wide.and(wide.lt(base, zero), wide.lt(wide.constant(Number.NEGATIVE_INFINITY), base));
    const hasNoPower = wide.and(isNegative, wide.not(isWhole));
    // 1^±∞ too: the product is then 0 · ∞.
    const unit = wide.and(wide.eq(size, one), isWhole);
    const isOne = wide.or(wide.or(wide.eq(exponent, zero), wide.eq(base, one)), unit);
    const magnitude = wide.keep(wide.select(isOne, one, power));
    const signed = wide.select(isOdd, wide.copysign(magnitude, base), magnitude);
    return wide.select(hasNoPower, wide.constant(Number.NaN), signed);
  });
}
