import {
  type AnyTensor,
  type AxisOption,
  add,
  apply,
  type Checked,
  composite,
  type DTypeOf,
  type FloatOf,
  full,
  log1p,
  max,
  mul,
  type Op,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  reducedShape,
  reshape,
  type ShapeOf,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { logsumexpKernel } from "./kernels/logsumexp.ts";
import { acceptMasked, type Mask, withMask } from "./mask.ts";
import { countOf, type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";
import { relativePowers } from "./relativePowers.ts";
import { softmaxWeights } from "./softmax.ts";

export const logsumexpOp: Op = composite<ReductionAttributes>("logsumexp", {
  accepts: acceptMasked("logsumexp"),
  shape: reductionShape,
  reference: ([x, mask], output, { axes }) => logsumexpKernel(x, mask, output, axes),
  lower([x, mask], { axes, keepDims }) {
    const shape = reducedShape(x.shape, axes, keepDims);
    if (countOf(x.shape, axes) === 0) return full(shape, Number.NEGATIVE_INFINITY, { dtype: x.dtype });
    const kept: AnyTensor = mask === undefined ? x : where(mask, x, Number.NEGATIVE_INFINITY);
    const largest: AnyTensor = max(kept, { axis: axes, keepDims: true });
    const { rest } = relativePowers(kept, axes, "weights");
    return reshape(add(largest, log1p(rest)) as AnyTensor, shape);
  },
  vjp({ inputs, attributes: { axes }, cotangent }) {
    const weights = softmaxWeights(inputs, axes);
    return [mul(reshape(cotangent, reducedShape(inputs[0].shape, axes, true)), weights)];
  },
});

const optionNames: readonly string[] = ["axis", "keepDims", "mask"];

/**
 * `log Σ eˣ` over `axis` (all axes by default; negative counts from the end); the axes vanish, or stay as 1 with `keepDims`.
 * With a bool `mask` (true keeps) only kept elements count. Of nothing, or of −∞ alone, it is −∞.
 *
 * Gradient: `x̄ = ȳ softmax(x)`, 0 for elements that are −∞ or masked, so that a masked row does not poison the rest.
 * Numerics: `m + log1p(Σ' e^(x − m))` with the largest element m and the sum over the others: nothing overflows, and what
 * is small beside m is not lost (Blanchard, Higham and Higham 2021).
 * Throws {@link ShapeError}, and {@link DTypeError} when the mask is a float.
 */
export function logsumexp<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> & { mask?: Mask } & Checked<
      ReduceBy<"logsumexp", ShapeOf<A>, Axis, KeepDims, Given>
    > = {} as never,
): Tensor<Result<ReduceBy<"logsumexp", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>> {
  const attributes = reductionOf("logsumexp", x, options, optionNames);
  return apply(logsumexpOp, withMask("logsumexp", x, options.mask), attributes) as never;
}
