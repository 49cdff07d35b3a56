import { type AnyTensor, abs, less, where } from "@adjoint/tensor";

/** The smallest normal number of each float dtype. */
const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 } as const;

/**
 * `x`, and 0 where `|x|` is below the smallest normal number. NaN stays NaN. Shape and dtype: those of `x`.
 *
 * An average of gradients that have become 0 decays through the subnormal numbers, on which many processors are some hundred times
 * slower: it would halve the speed of a long training, and no bit of the weights depends on it.
 */
export function flushSubnormals(x: AnyTensor): AnyTensor {
  return where(less(abs(x), smallestNormal[x.dtype as keyof typeof smallestNormal]), 0, x) as AnyTensor;
}
