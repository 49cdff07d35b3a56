import {
  type AnyTensor,
  type DType,
  floor,
  less,
  type NumberOf,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { ceil } from "./ceil.ts";

/**
 * `x` without its fraction: the integer next to it towards 0. Shape: any, elementwise. Gradient: 0. Keeps the dtype.
 */
export function trunc<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return where(less(x, 0), ceil(x), floor(x)) as AnyTensor as Tensor<S, NumberOf<D>>;
}
