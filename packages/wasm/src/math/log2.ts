import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { inFloat64, logParts42 } from "./wide.ts";

/**
 * `log₂ x = k + log(1 + f) / ln 2` with `x = 2ᵏ (1 + f)`, for float32, in float64; exact for powers of two.
 *
 * Domain: x > 0; 0 gives −∞, less gives NaN.
 * Numerics: at most 0.51 ulp, in samples of every exponent.
 */
export function log2(lanes: Lanes, x: Expression): Expression {
  return logarithm(lanes, x, 1, Math.LOG2E);
}

/** `k perExponent + log(1 + f) perLog` with `x = 2ᵏ (1 + f)`: a logarithm to any base. */
export function logarithm(lanes: Lanes, x: Expression, perExponent: number, perLog: number): Expression {
  const given = lanes.keep(x);
  const value = lanes.keep(
    inFloat64(lanes, [given], (wide, [v]) => {
      const { log1pF, negativeK } = logParts42(wide, v);
      const ofMantissa = wide.mul(log1pF, wide.constant(perLog));
      return wide.nmadd(negativeK, wide.constant(perExponent), ofMantissa);
    }),
  );
  const positive = lanes.select(lanes.lt(given, lanes.constant(Number.POSITIVE_INFINITY)), value, given);
  const orZero = lanes.select(
    lanes.eq(given, lanes.constant(0)),
    lanes.constant(Number.NEGATIVE_INFINITY),
    positive,
  );
  return lanes.select(lanes.lt(given, lanes.constant(0)), lanes.constant(Number.NaN), orZero);
}
