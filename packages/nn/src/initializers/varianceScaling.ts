import { random } from "@adjoint/tensor";
import { type Fans, fansOf, type Initializer } from "./initializer.ts";
import { cutDeviation, truncatedNormal } from "./truncatedNormal.ts";

/** What decides the variance and form of {@link varianceScaling}. */
export interface VarianceScalingOptions {
  /** The variance times the fan. */
  readonly scale: number;
  /** Which fan: inputs, outputs or their mean. */
  readonly mode: "fanIn" | "fanOut" | "fanAverage";
  /** Uniform, or a normal cut at two standard deviations, both of the same variance. */
  readonly distribution: "uniform" | "truncatedNormal";
}

const fanOfMode = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAverage: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
} satisfies Record<VarianceScalingOptions["mode"], (fans: Fans) => number>;

/**
 * Mean 0 and variance `scale / fan`: the Glorot, He and LeCun initializers are its members, as in Keras.
 * Uniform in ±√(3 scale / fan), or a truncated normal, widened so that its variance after the cut is right.
 */
export function varianceScaling({ scale, mode, distribution }: VarianceScalingOptions): Initializer {
  return (key, shape, dtype) => {
    const variance = scale / Math.max(1, fanOfMode[mode](fansOf(shape)));
    if (distribution === "uniform") {
      const limit = Math.sqrt(3 * variance);
      return random.uniform(key, shape, { low: -limit, high: limit, dtype });
    }
    return truncatedNormal({ standardDeviation: Math.sqrt(variance) / cutDeviation })(key, shape, dtype);
  };
}
