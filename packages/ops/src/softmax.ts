import {
  type AnyTensor,
  apply,
  type Checked,
  composite,
  type DTypeOf,
  div,
  equal,
  type FloatOf,
  type HasAxis,
  max,
  normalizeAxis,
  type Op,
  type ShapeOf,
  sum,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { expDifference } from "./expDifference.ts";
import { softmaxKernel } from "./kernels/softmax.ts";
import { acceptMasked, firstShape, type Mask, withMask } from "./mask.ts";
import { countOf } from "./reduction.ts";
import { softmaxGradient } from "./softmaxGradient.ts";

/** Axes of the softmax, and whether it serves as the gradient of logsumexp, where e^−∞ is 0 beside ∞ and −∞ too. */
type SoftmaxAttributes = { readonly axes: readonly number[]; readonly asWeights: boolean };

export const softmaxOp: Op = composite<SoftmaxAttributes>("softmax", {
  accepts: acceptMasked("softmax"),
  shape: firstShape,
  reference: ([x, mask], output, { axes, asWeights }) => softmaxKernel(x, mask, output, axes, asWeights),
  lower([x, mask], { axes, asWeights }) {
    if (countOf(x.shape, axes) === 0) return x;
    const kept: AnyTensor = mask === undefined ? x : where(mask, x, Number.NEGATIVE_INFINITY);
    const largest: AnyTensor = max(kept, { axis: axes, keepDims: true });
    const base = asWeights ? where(equal(largest, Number.NEGATIVE_INFINITY), 0, largest) : largest;
    const all: AnyTensor = expDifference(kept, base as AnyTensor);
    const powers: AnyTensor = mask === undefined ? all : where(mask, all, 0);
    const shares: AnyTensor = div(powers, sum(powers, { axis: axes, keepDims: true }));
    const weights = asWeights ? where(equal(powers, 0), 0, shares) : shares;
    return (mask === undefined ? weights : where(mask, weights, 0)) as AnyTensor;
  },
  vjp: ({ output, attributes: { axes }, cotangent }) => [softmaxGradient(output, cotangent, axes)],
});

/** Softmax over several axes, as the gradient of logsumexp needs it. */
export function softmaxWeights(inputs: readonly AnyTensor[], axes: readonly number[]): AnyTensor {
  return apply(softmaxOp, inputs, { axes, asWeights: true });
}

/**
 * `e^xᵢ / Σⱼ e^xⱼ` along `axis` (the last by default). With a bool `mask` (true keeps) only kept elements count; the others
 * are 0, and so is a row with none.
 *
 * Shape: that of `x`; the mask is broadcast to it. Gradient: `x̄ᵢ = yᵢ (ȳᵢ − Σⱼ ȳⱼ yⱼ)`.
 * Domain: all numbers; NaN beside ∞ and among −∞ alone, where it is undefined.
 * Numerics: shifted by the largest element, so that nothing overflows; the gradient by {@link softmaxGradient}.
 * Throws {@link ShapeError}, and {@link DTypeError} when the mask is a float.
 */
export function softmax<A extends AnyTensor, const Axis extends number = -1>(
  x: A,
  options: { axis?: Axis; mask?: Mask } & Checked<HasAxis<"softmax", ShapeOf<A>, Axis>> = {} as never,
): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>> {
  const axes = [normalizeAxis("softmax", options.axis ?? -1, x.shape)];
  return apply(softmaxOp, withMask("softmax", x, options.mask), { axes, asWeights: false }) as never;
}
