import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import { checkOptionNames, reduceOptionNames } from "../graph/options.ts";
import { normalizeAxes, reducedShape } from "../graph/shape.ts";
import type {
  AxisOption,
  Checked,
  DTypeOf,
  ReduceBy,
  ReduceOptions,
  Result,
  ShapeOf,
  SumOf,
} from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { reducedLast } from "../kernels/strided.ts";
import { sumRow } from "../kernels/sum.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { reshape } from "./reshape.ts";

/** Attributes of the reductions: axes from the front, ascending. */
export type ReductionAttributes = { readonly axes: readonly number[]; readonly keepDims: boolean };

export const sumPrimitive: Op = primitive<ReductionAttributes>("sum", {
  passesZeros: true,
  accepts: ([dtype]) => [dtype === "bool" || dtype === "uint8" ? "int32" : dtype],
  shape: ([x], { axes, keepDims }) => reducedShape(x, axes, keepDims),
  vjp: ({ inputs: [x], attributes: { axes }, cotangent }) => [
    broadcastTo(reshape(cotangent, reducedShape(x.shape, axes, true)), x.shape),
  ],
  reference([x], output, { axes }) {
    const rows = reducedLast(x.values, x.shape, axes);
    const y = output.values;
    const count = y.length === 0 ? 0 : rows.length / y.length;
    for (let i = 0; i < y.length; i++) y[i] = sumRow(rows, i * count, count);
  },
});

/**
 * Sum over `axis` (all axes by default; negative counts from the end); the axes vanish, or stay as 1 with `keepDims`.
 * An empty sum is 0. bool and uint8 are summed as int32, which wraps.
 *
 * Gradient: `x̄ = ȳ` along the summed axes. Numerics: float32 is summed in float64, float64 with compensation
 * (Neumaier 1974): at most 1 ulp for addends of one sign. Throws {@link ShapeError}.
 */
export function sum<
  A extends AnyTensor,
  const Axis extends AxisOption = undefined,
  KeepDims extends boolean | undefined = false,
  Given = object,
>(
  x: A,
  options: ReduceOptions<Axis, KeepDims, Given> &
    Checked<ReduceBy<"sum", ShapeOf<A>, Axis, KeepDims, Given>> = {} as never,
): Tensor<Result<ReduceBy<"sum", ShapeOf<A>, Axis, KeepDims, Given>>, SumOf<DTypeOf<A>>> {
  checkOptionNames("sum", options, reduceOptionNames);
  const axes = normalizeAxes("sum", options.axis, x.shape);
  return apply(sumPrimitive, [x], { axes, keepDims: options.keepDims ?? false }) as never;
}
