import { type AnyTensor, type DType, div, type FloatOf, type Shape, type Tensor } from "@adjoint/tensor";

/**
 * `1 / x`. Shape: any, elementwise. Gradient: `x̄ = −ȳ / x²`. ±0 gives ±∞ (IEEE 754).
 */
export function reciprocal<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return div(1, x) as AnyTensor as Tensor<S, FloatOf<D>>;
}
