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
import { notEqual } from "./notEqual.ts";
import { type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const anyOp: Op = composite<ReductionAttributes>("any", {
  accepts: () => ["bool"],
  shape: reductionShape,
  differentiable: false,
  lower: ([x], { axes, keepDims }) => notEqual(sum(x, { axis: axes, keepDims }), 0),
});

/**
 * Does at least one element hold along `axis` (all axes by default)? Of nothing: false. A number holds when it is not 0.
 * The axes vanish, or stay as 1 with `keepDims`. Gradient: 0. Throws {@link ShapeError}.
 */
export function any<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"any", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"any", ShapeOf<A>, Axis, KeepDims, Given>>, "bool"> {
  return apply(anyOp, [x], reductionOf("any", x, options)) as never;
}
