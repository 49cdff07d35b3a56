import {
  apply,
  composite,
  type DType,
  less,
  maximum,
  type NumberOf,
  type Op,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";

export const reluOp: Op = composite("relu", {
  accepts: "number",
  elementwise: true,
  lower: ([x]) => maximum(x, 0),
  // By the output, so that the input need not be kept.
  vjp: ({ output, cotangent }) => [where(less(0, output), cotangent, 0)],
});

/**
 * Rectified linear unit `max(x, 0)`; NaN stays NaN, to be seen.
 * Shape: any, elementwise. Gradient: `x̄ = ȳ` where x > 0, else 0, also at 0. Keeps the dtype (bool becomes int32).
 */
export function relu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return apply(reluOp, [x]) as Tensor<S, NumberOf<D>>;
}
