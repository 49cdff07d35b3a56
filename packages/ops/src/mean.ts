import {
  type AnyTensor,
  type AxisOption,
  apply,
  type Checked,
  composite,
  type DTypeOf,
  div,
  type FloatOf,
  type Op,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  type ShapeOf,
  sum,
  type Tensor,
} from "@adjoint/tensor";
import { countOf, type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const meanOp: Op = composite<ReductionAttributes>("mean", {
  shape: reductionShape,
  lower: ([x], { axes, keepDims }) => div(sum(x, { axis: axes, keepDims }), countOf(x.shape, axes)),
});

/**
 * Arithmetic mean over `axis` (all axes by default; negative counts from the end); the axes vanish, or stay as 1 with
 * `keepDims`. Integers and bool give float32. The mean of nothing is NaN.
 *
 * Gradient: `x̄ = ȳ / n` along the axes. Numerics: that of {@link sum}. Throws {@link ShapeError}.
 */
export function mean<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"mean", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"mean", ShapeOf<A>, Axis, KeepDims, Given>>, FloatOf<DTypeOf<A>>> {
  return apply(meanOp, [x], reductionOf("mean", x, options)) as never;
}
