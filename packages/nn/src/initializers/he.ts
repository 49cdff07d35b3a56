import type { Initializer } from "./initializer.ts";
import { varianceScaling } from "./varianceScaling.ts";

/** Uniform in ±√(6 / in): for layers followed by `relu`, which halves the variance (He et al. 2015, eq. 10). */
export function heUniform(): Initializer {
  return varianceScaling({ scale: 2, mode: "fanIn", distribution: "uniform" });
}

/** Truncated normal of variance `2 / in`: for layers followed by `relu` (He et al. 2015, eq. 10), as in Keras. */
export function heNormal(): Initializer {
  return varianceScaling({ scale: 2, mode: "fanIn", distribution: "truncatedNormal" });
}
