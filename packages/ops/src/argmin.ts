import {
  type AnyTensor,
  apply,
  argmax,
  type Checked,
  composite,
  type Op,
  type ReduceBy,
  type ReduceOptions,
  type Result,
  type ShapeOf,
  type Tensor,
} from "@adjoint/tensor";
import { complement } from "./complement.ts";
import { checkNotEmpty, type ReductionAttributes, reductionOf, reductionShape } from "./reduction.ts";

export const argminOp: Op = composite<ReductionAttributes>("argmin", {
  accepts: "any",
  shape: reductionShape,
  dtype: () => "int32",
  differentiable: false,
  lower([x], { axes, keepDims }) {
    const [axis] = axes;
    return argmax(complement(x), axes.length === 1 ? { axis, keepDims } : { keepDims });
  },
});

/**
 * Index of the smallest element along `axis`, as int32; without an axis, in the flattened tensor. The first one wins a
 * tie, and NaN wins over numbers, as in NumPy. The axis vanishes, or stays as 1 with `keepDims`.
 * Gradient: 0. Throws {@link ShapeError}, also for an empty axis.
 */
export function argmin<
  A extends AnyTensor,
  const Axis extends number | undefined = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"argmin", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"argmin", ShapeOf<A>, Axis, KeepDims, Given>>, "int32"> {
  const attributes = reductionOf("argmin", x, options);
  checkNotEmpty("argmin", "smallest", x, attributes.axes);
  return apply(argminOp, [x], attributes) as never;
}
