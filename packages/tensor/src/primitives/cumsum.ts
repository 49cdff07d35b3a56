import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import { axisOptionNames, checkOptionNames } from "../graph/options.ts";
import { normalizeAxis } from "../graph/shape.ts";
import type { Checked, DTypeOf, HasAxis, ShapeOf, SumOf } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { reversed } from "./slice.ts";

export const cumsumPrimitive: Op = primitive<{ axis: number }>("cumsum", {
  accepts: ([dtype]) => [dtype === "bool" || dtype === "uint8" ? "int32" : dtype],
  vjp({ attributes: { axis }, cotangent }) {
    const fromEnd = cumsum(reversed(cotangent, axis), { axis }) as AnyTensor;
    return [reversed(fromEnd, axis)];
  },
  reference([x], output, { axis }) {
    const length = x.shape[axis];
    const inner = x.shape.slice(axis + 1).reduce((size, dimension) => size * dimension, 1);
    const y = output.values;
    const compensated = x.dtype === "float32" || x.dtype === "float64";
    for (let start = 0; start < y.length; start += length * inner) {
      for (let i = start; i < start + inner; i++) {
        // The running sum is carried as sum + correction (Neumaier 1974), so that its error does not grow along the axis.
        let sum = 0;
        let correction = 0;
        for (let k = i; k < i + length * inner; k += inner) {
          const next = sum + x.values[k];
          const lost =
            Math.abs(sum) >= Math.abs(x.values[k]) ? sum - next + x.values[k] : x.values[k] - next + sum;
          if (compensated && Number.isFinite(lost)) correction += lost;
          sum = compensated ? next : next | 0;
          y[k] = sum + correction;
        }
      }
    }
  },
});

/**
 * Running sum along `axis` (the last by default): `y_k = Σ_{i ≤ k} x_i`. Shape: that of `x`. bool and uint8 count as int32.
 * Gradient: the running sum of the cotangent from the end. Numerics: compensated, at most 1 ulp for addends of one sign.
 * Throws {@link ShapeError}.
 */
export function cumsum<A extends AnyTensor, const Axis extends number = -1>(
  x: A,
  options: { axis?: Axis } & Checked<HasAxis<"cumsum", ShapeOf<A>, Axis>> = {} as never,
): Tensor<ShapeOf<A>, SumOf<DTypeOf<A>>> {
  checkOptionNames("cumsum", options, axisOptionNames);
  const axis = normalizeAxis("cumsum", options.axis ?? -1, x.shape);
  return apply(cumsumPrimitive, [x], { axis }) as never;
}
