import {
  type AnyTensor,
  type DTypeOf,
  reshape,
  type Shape,
  ShapeError,
  type ShapeOf,
  shapeText,
  slice,
  type Tensor,
} from "@adjoint/tensor";

/**
 * The main diagonal of the last two axes: `[…, m, n] → […, min(m, n)]`. Gradient: the cotangent on the diagonal of zeros.
 * Throws {@link ShapeError} on a rank below 2.
 */
export function diagonal<A extends AnyTensor>(x: A): Tensor<DiagonalShape<ShapeOf<A>>, DTypeOf<A>> {
  if (x.rank < 2)
    throw new ShapeError("diagonal", `${shapeText(x.shape)} has rank ${x.rank}; expected at least 2`);
  const batch = x.shape.slice(0, -2);
  const [m, n] = x.shape.slice(-2);
  const count = Math.min(m, n);
  // In a flat matrix the diagonal is every (n + 1)-th element.
  const flat: AnyTensor = reshape(x as AnyTensor, [...batch, m * n]);
  const whole = batch.map(() => undefined);
  return slice(flat, [...whole, 0], [...whole, count * (n + 1)], [...whole, n + 1]) as never;
}

/** The batch axes, and one of unknown extent. */
export type DiagonalShape<S extends Shape> = [...S] extends [...infer Batch extends Shape, number, number]
  ? [...Batch, number]
  : Shape;
