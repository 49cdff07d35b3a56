import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, NumberOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";

export const floorPrimitive: Op = primitive("floor", {
  accepts: "number",
  differentiable: false,
  scalar: Math.floor,
});

/**
 * The largest integer that is not above `x`. Shape: any, elementwise. Gradient: 0. Keeps the dtype.
 */
export function floor<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return apply(floorPrimitive, [x]) as Tensor<S, NumberOf<D>>;
}
