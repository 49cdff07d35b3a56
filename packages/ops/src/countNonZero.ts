import {
  type AnyTensor,
  type AxisOption,
  apply,
  type Checked,
  composite,
  type Op,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  type ShapeOf,
  sum,
  type Tensor,
} from "@adjoint/tensor";
import { type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const countNonZeroOp: Op = composite<ReductionAttributes>("countNonZero", {
  accepts: () => ["bool"],
  shape: reductionShape,
  dtype: () => "int32",
  differentiable: false,
  lower: ([x], { axes, keepDims }) => sum(x, { axis: axes, keepDims }),
});

/**
 * How many elements are not 0 along `axis` (all axes by default), as int32; NaN is not 0.
 * The axes vanish, or stay as 1 with `keepDims`. Gradient: 0. Throws {@link ShapeError}.
 */
export function countNonZero<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"countNonZero", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"countNonZero", ShapeOf<A>, Axis, KeepDims, Given>>, "int32"> {
  return apply(countNonZeroOp, [x], reductionOf("countNonZero", x, options)) as never;
}
