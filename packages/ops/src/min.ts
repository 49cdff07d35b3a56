import {
  type AnyTensor,
  type AxisOption,
  apply,
  type Checked,
  composite,
  type DTypeOf,
  max,
  type Op,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  type ShapeOf,
  type Tensor,
} from "@adjoint/tensor";
import { complement } from "./complement.ts";
import { checkNotEmpty, type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const minOp: Op = composite<ReductionAttributes>("min", {
  accepts: "any",
  shape: reductionShape,
  lower: ([x], { axes, keepDims }) => complement(max(complement(x), { axis: axes, keepDims })),
});

/**
 * The smallest element along `axis` (all axes by default; negative counts from the end); NaN if any element is NaN.
 * The axes vanish, or stay as 1 with `keepDims`. Keeps the dtype; on bool it is "all".
 *
 * Gradient: shared equally among the elements that tie for the smallest. Throws {@link ShapeError}, also for an empty
 * axis, which has no smallest element.
 */
export function min<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"min", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"min", ShapeOf<A>, Axis, KeepDims, Given>>, DTypeOf<A>> {
  const attributes = reductionOf("min", x, options);
  checkNotEmpty("min", "smallest", x, attributes.axes);
  return apply(minOp, [x], attributes) as never;
}
