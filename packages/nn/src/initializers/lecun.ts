import type { Initializer } from "./initializer.ts";
import { varianceScaling } from "./varianceScaling.ts";

/** Uniform in ±√(3 / in) (LeCun et al. 1998, eq. 16). */
export function lecunUniform(): Initializer {
  return varianceScaling({ scale: 1, mode: "fanIn", distribution: "uniform" });
}

/** Truncated normal of variance `1 / in` (LeCun et al. 1998, eq. 16), as in Keras; for `selu` networks too. */
export function lecunNormal(): Initializer {
  return varianceScaling({ scale: 1, mode: "fanIn", distribution: "truncatedNormal" });
}
