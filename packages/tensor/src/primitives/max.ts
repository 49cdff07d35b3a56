import { apply } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { checkOptionNames, reduceOptionNames } from "../graph/options.ts";
import { normalizeAxes, reducedShape, shapeText, sizeOf } from "../graph/shape.ts";
import type {
  AxisOption,
  Checked,
  DTypeOf,
  ReduceBy,
  ReduceOptions,
  Result,
  ShapeOf,
} from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { reducedLast } from "../kernels/strided.ts";
import { cast } from "./cast.ts";
import { div } from "./div.ts";
import { equal } from "./equal.ts";
import { mul } from "./mul.ts";
import { reshape } from "./reshape.ts";
import { type ReductionAttributes, sum } from "./sum.ts";

export const maxPrimitive: Op = primitive<ReductionAttributes>("max", {
  accepts: "any",
  shape: ([x], { axes, keepDims }) => reducedShape(x, axes, keepDims),
  vjp({ inputs: [x], output, attributes: { axes }, cotangent }) {
    const kept = reducedShape(x.shape, axes, true);
    const ties = cast(equal(x, reshape(output, kept)), x.dtype);
    return [mul(reshape(cotangent, kept), div(ties, sum(ties, { axis: axes, keepDims: true })))];
  },
  reference([x], output, { axes }) {
    const rows = reducedLast(x.values, x.shape, axes);
    const y = output.values;
    const count = y.length === 0 ? 0 : rows.length / y.length;
    for (let i = 0; i < y.length; i++) {
      let largest = rows[i * count];
      for (let k = i * count + 1; k < (i + 1) * count; k++) largest = Math.max(largest, rows[k]);
      y[i] = largest;
    }
  },
});

/**
 * The largest element along `axis` (all axes by default; negative counts from the end); NaN if any element is NaN.
 * The axes vanish, or stay as 1 with `keepDims`. Keeps the dtype; on bool it is "any".
 *
 * Gradient: shared equally among the elements that tie for the largest. Throws {@link ShapeError}, also for an empty
 * axis, which has no largest element.
 */
export function max<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"max", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"max", ShapeOf<A>, Axis, KeepDims, Given>>, DTypeOf<A>> {
  checkOptionNames("max", options, reduceOptionNames);
  const axes = normalizeAxes("max", options.axis, x.shape);
  checkNotEmpty("max", x, axes);
  return apply(maxPrimitive, [x], { axes, keepDims: options.keepDims ?? false }) as never;
}

/** Throws {@link ShapeError} when there is something to give but an axis to search is empty. */
export function checkNotEmpty(op: string, x: AnyTensor, axes: readonly number[]): void {
  const empty = axes.find((axis) => x.shape[axis] === 0);
  if (empty === undefined || sizeOf(reducedShape(x.shape, axes, false)) === 0) return;
  throw new ShapeError(
    op,
    `axis ${empty} of ${shapeText(x.shape)} is empty; an empty axis has no largest element`,
  );
}
