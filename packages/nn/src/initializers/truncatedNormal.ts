import { type AnyTensor, erfinv, mul, random } from "@adjoint/tensor";
import { checkNumber, checkOptions } from "../options.ts";
import type { Initializer } from "./initializer.ts";

/** erf(√2): a normal deviate lies within two standard deviations with this probability. */
const withinTwo = 0.9544997361036416;

/**
 * The standard deviation of a standard normal cut at ±2: `√(1 − 4 φ(2) / erf(√2))`.
 * Dividing by it makes the cut distribution's standard deviation 1.
 */
export const cutDeviation = 0.8796256610342398;

/** Options of {@link truncatedNormal}. */
export interface TruncatedNormalOptions {
  /** Of the normal distribution before it is cut; default 0.05, as in Keras. */
  readonly standardDeviation?: number;
}

/**
 * Normal with mean 0, cut at two standard deviations: `√2 σ erf⁻¹(u)` of a uniform u in (−erf √2, erf √2), the way of
 * `jax.random.truncated_normal`. Throws `OptionError` on a negative deviation.
 */
export function truncatedNormal(options: TruncatedNormalOptions = {}): Initializer {
  checkOptions("truncatedNormal", options, {
    standardDeviation: true,
  } satisfies Record<keyof TruncatedNormalOptions, true>);
  const { standardDeviation = 0.05 } = options;
  checkNumber("truncatedNormal", "standardDeviation", standardDeviation, { from: 0 });
  return (key, shape, dtype) => {
    const uniform: AnyTensor = random.uniform(key, shape, { low: -withinTwo, high: withinTwo, dtype });
    return mul(erfinv(uniform), Math.SQRT2 * standardDeviation);
  };
}
