import { type AnyTensor, abs, less, where } from "@adjoint/tensor";

/** The smallest normal number of each float dtype. */
const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 } as const;

/**
 * `x`, and 0 where `|x|` is below the smallest normal number. NaN stays NaN. Shape and dtype: those of `x`.
 *
 * An average of gradients that have become 0 decays through the subnormal numbers, on which many processors are some hundred times
 * slower: it would halve the speed of a long training. Where state is only added to weights, or divided by a root of state plus an
 * ε of some size ({@link hidesSubnormals}), no bit of a weight above 1e-20 depends on it.
 */
export function flushSubnormals(x: AnyTensor): AnyTensor {
  return where(less(abs(x), smallestNormal[x.dtype as keyof typeof smallestNormal]), 0, x) as AnyTensor;
}

/**
 * Is ε large enough that `√v + ε` is the same with v flushed? The root of a subnormal float32 is below 1.1e-19, less than the
 * rounding of 1e-10 also when a first step of Adam multiplies it by `1 / √(1 − 0.999)`. Below that the state is what is
 * divided by, and 0 there would make a weight infinite.
 */
export function hidesSubnormals({ epsilon }: { readonly epsilon: number }): boolean {
  return epsilon >= 1e-10;
}
