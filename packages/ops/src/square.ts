import { type AnyTensor, type DType, mul, type NumberOf, type Shape, type Tensor } from "@adjoint/tensor";

/**
 * `x²`. Shape: any, elementwise. Gradient: `x̄ = 2 ȳ x`. Keeps the dtype (bool becomes int32); integers wrap.
 */
export function square<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return mul(x, x) as AnyTensor as Tensor<S, NumberOf<D>>;
}
