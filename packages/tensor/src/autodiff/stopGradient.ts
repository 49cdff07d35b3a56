import { apply } from "../graph/apply.ts";
import { composite, type Op } from "../graph/op.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";

export const stopGradientOp: Op = composite("stopGradient", {
  accepts: (dtypes) => dtypes,
  elementwise: true,
  differentiable: false,
  lower: ([x]) => x,
});

/** The value of `x` as a constant: no derivative flows through. Shape and dtype: those of `x`. */
export function stopGradient<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return apply(stopGradientOp, [x]) as Tensor<Shape, DType> as Tensor<S, D>;
}
