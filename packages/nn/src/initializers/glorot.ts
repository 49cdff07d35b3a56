import type { Initializer } from "./initializer.ts";
import { varianceScaling } from "./varianceScaling.ts";

/**
 * Uniform in ±√(6 / (in + out)): keeps the variance of signals and gradients from layer to layer where the activation
 * is near linear (Glorot and Bengio 2010, eq. 16). The default of `dense`.
 */
export function glorotUniform(): Initializer {
  return varianceScaling({ scale: 1, mode: "fanAverage", distribution: "uniform" });
}

/** Truncated normal of variance `2 / (in + out)` (Glorot and Bengio 2010, eq. 12), as in Keras. */
export function glorotNormal(): Initializer {
  return varianceScaling({ scale: 1, mode: "fanAverage", distribution: "truncatedNormal" });
}
