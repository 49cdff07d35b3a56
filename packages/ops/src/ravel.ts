import {
  type AnyTensor,
  type DTypeOf,
  type Flatten,
  reshape,
  type ShapeOf,
  type Tensor,
} from "@adjoint/tensor";

/** All elements in row-major order along one axis. Gradient: the cotangent in the input's shape. */
export function ravel<A extends AnyTensor>(x: A): Tensor<Flatten<ShapeOf<A>>, DTypeOf<A>> {
  return reshape(x as AnyTensor, [x.size]) as never;
}
