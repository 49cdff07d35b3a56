import {
  add,
  apply,
  composite,
  cos,
  type DType,
  div,
  type FloatOf,
  mul,
  type Op,
  type Shape,
  sin,
  type Tensor,
} from "@adjoint/tensor";

export const tanOp: Op = composite("tan", {
  scalar: Math.tan,
  lower: ([x]) => div(sin(x), cos(x)),
  vjp: ({ output, cotangent }) => [mul(cotangent, add(1, mul(output, output)))],
});

/**
 * Tangent of an angle in radians. Shape: any, elementwise. Gradient: `x̄ = ȳ (1 + y²)`. ±∞ gives NaN.
 */
export function tan<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(tanOp, [x]) as Tensor<S, FloatOf<D>>;
}
