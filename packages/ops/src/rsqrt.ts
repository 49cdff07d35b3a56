import {
  apply,
  composite,
  type DType,
  div,
  type FloatOf,
  mul,
  type Op,
  type Shape,
  sqrt,
  type Tensor,
} from "@adjoint/tensor";

export const rsqrtOp: Op = composite("rsqrt", {
  scalar: (x) => 1 / Math.sqrt(x),
  lower: ([x]) => div(1, sqrt(x)),
  vjp: ({ inputs: [x], output, cotangent }) => [mul(cotangent, mul(-0.5, div(output, x)))],
});

/**
 * `1 / √x`. Shape: any, elementwise. Gradient: `x̄ = −½ ȳ y / x`. 0 gives ∞, less gives NaN.
 */
export function rsqrt<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(rsqrtOp, [x]) as Tensor<S, FloatOf<D>>;
}
