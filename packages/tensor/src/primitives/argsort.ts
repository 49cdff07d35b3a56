import { apply } from "../graph/apply.ts";
import { allocate } from "../graph/dtype.ts";
import { type Op, primitive } from "../graph/op.ts";
import { axisOptionNames, checkOptionNames } from "../graph/options.ts";
import { normalizeAxis } from "../graph/shape.ts";
import type { Checked, HasAxis, ShapeOf } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { stableOrder } from "../kernels/stableOrder.ts";

export const argsortPrimitive: Op = primitive<{ axis: number }>("argsort", {
  accepts: "any",
  dtype: () => "int32",
  differentiable: false,
  reference([x], output, { axis }) {
    const length = x.shape[axis];
    const inner = x.shape.slice(axis + 1).reduce((size, dimension) => size * dimension, 1);
    const line = allocate(x.dtype, length);
    for (let start = 0; start < x.values.length; start += length * inner) {
      for (let i = start; i < start + inner; i++) {
        for (let k = 0; k < length; k++) line[k] = x.values[i + k * inner];
        const order = stableOrder(line);
        for (let k = 0; k < length; k++) output.values[i + k * inner] = order[k];
      }
    }
  },
});

/**
 * The indices that sort `x` along `axis` (the last by default) in ascending order, as int32. Stable: equal elements keep
 * their order; NaN comes last, as in NumPy. Shape: that of `x`. Gradient: 0. Throws {@link ShapeError}.
 */
export function argsort<A extends AnyTensor, const Axis extends number = -1>(
  x: A,
  options: { axis?: Axis } & Checked<HasAxis<"argsort", ShapeOf<A>, Axis>> = {} as never,
): Tensor<ShapeOf<A>, "int32"> {
  checkOptionNames("argsort", options, axisOptionNames);
  const axis = normalizeAxis("argsort", options.axis ?? -1, x.shape);
  return apply(argsortPrimitive, [x], { axis }) as never;
}
