import {
  type AnyTensor,
  type DType,
  floor,
  type NumberOf,
  neg,
  type Shape,
  type Tensor,
} from "@adjoint/tensor";

/**
 * The smallest integer that is not below `x`, `−⌊−x⌋`. Shape: any, elementwise. Gradient: 0. Keeps the dtype.
 */
export function ceil<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return neg(floor(neg(x))) as AnyTensor as Tensor<S, NumberOf<D>>;
}
