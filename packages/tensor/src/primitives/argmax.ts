import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import { checkOptionNames, reduceOptionNames } from "../graph/options.ts";
import { normalizeAxes, reducedShape } from "../graph/shape.ts";
import type { Checked, ReduceBy, ReduceOptions, Result, ShapeOf } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { reducedLast } from "../kernels/strided.ts";
import { checkNotEmpty } from "./max.ts";
import type { ReductionAttributes } from "./sum.ts";

export const argmaxPrimitive: Op = primitive<ReductionAttributes>("argmax", {
  accepts: "any",
  shape: ([x], { axes, keepDims }) => reducedShape(x, axes, keepDims),
  dtype: () => "int32",
  differentiable: false,
  reference([x], output, { axes }) {
    const rows = reducedLast(x.values, x.shape, axes);
    const y = output.values;
    const count = y.length === 0 ? 0 : rows.length / y.length;
    for (let i = 0; i < y.length; i++) {
      const start = i * count;
      let best = 0;
      for (let k = 1; k < count && !Number.isNaN(rows[start + best]); k++) {
        const candidate = rows[start + k];
        if (candidate > rows[start + best] || Number.isNaN(candidate)) best = k;
      }
      y[i] = best;
    }
  },
});

/**
 * Index of the largest element along `axis`, as int32; without an axis, in the flattened tensor. The first one wins a
 * tie, and NaN wins over numbers, as in NumPy. The axis vanishes, or stays as 1 with `keepDims`.
 * Gradient: 0. Throws {@link ShapeError}, also for an empty axis.
 */
export function argmax<
  A extends AnyTensor,
  const Axis extends number | undefined = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"argmax", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"argmax", ShapeOf<A>, Axis, KeepDims, Given>>, "int32"> {
  checkOptionNames("argmax", options, reduceOptionNames);
  const axes = normalizeAxes("argmax", options.axis, x.shape);
  checkNotEmpty("argmax", x, axes);
  return apply(argmaxPrimitive, [x], { axes, keepDims: options.keepDims ?? false }) as never;
}
