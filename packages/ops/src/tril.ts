import {
  type AnyTensor,
  arange,
  type DType,
  reshape,
  type Shape,
  ShapeError,
  shapeText,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { greaterEqual } from "./greaterEqual.ts";

/**
 * The lower triangle of the last two axes, with the main diagonal; 0 above it. Shape: that of `x`.
 * Gradient: the cotangent's lower triangle. Throws {@link ShapeError} on a rank below 2.
 */
export function tril<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  if (x.rank < 2)
    throw new ShapeError("tril", `${shapeText(x.shape)} has rank ${x.rank}; expected at least 2`);
  const [m, n] = (x.shape as Shape).slice(-2);
  const row = reshape(arange(m) as AnyTensor, [m, 1]) as AnyTensor;
  const isKept = greaterEqual(row, arange(n) as AnyTensor);
  return where(isKept, x as AnyTensor, 0) as AnyTensor as Tensor<S, D>;
}
