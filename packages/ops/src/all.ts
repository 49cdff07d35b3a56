import {
  type AnyTensor,
  type AxisOption,
  apply,
  type Checked,
  composite,
  equal,
  type Op,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  type ShapeOf,
  sum,
  type Tensor,
} from "@adjoint/tensor";
import { logicalNot } from "./logicalNot.ts";
import { type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const allOp: Op = composite<ReductionAttributes>("all", {
  accepts: () => ["bool"],
  shape: reductionShape,
  differentiable: false,
  lower: ([x], { axes, keepDims }) => equal(sum(logicalNot(x), { axis: axes, keepDims }), 0),
});

/**
 * Do all elements hold along `axis` (all axes by default)? Of nothing: true. A number holds when it is not 0.
 * The axes vanish, or stay as 1 with `keepDims`. Gradient: 0. Throws {@link ShapeError}.
 */
export function all<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"all", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"all", ShapeOf<A>, Axis, KeepDims, Given>>, "bool"> {
  return apply(allOp, [x], reductionOf("all", x, options)) as never;
}
