import {
  type AnyTensor,
  broadcastTo,
  type DTypeOf,
  reshape,
  ShapeError,
  type ShapeOf,
  shapeText,
  type Tensor,
} from "@adjoint/tensor";
import type { OfRank } from "./split.ts";

/**
 * `x` repeated `repeats[axis]` times along each axis: `[m, n]` tiled `[2, 3]` is `[2m, 3n]`.
 * Gradient: the cotangents of all copies added up. Throws {@link ShapeError} unless there is a whole number from 0 per axis.
 */
export function tile<A extends AnyTensor>(
  x: A,
  repeats: readonly number[],
): Tensor<OfRank<ShapeOf<A>>, DTypeOf<A>> {
  if (repeats.length !== x.rank || !repeats.every((count) => Number.isInteger(count) && count >= 0)) {
    throw new ShapeError(
      "tile",
      `repeats ${shapeText(repeats)} for ${shapeText(x.shape)}; expected ${x.rank} whole numbers from 0`,
    );
  }
  const { shape } = x as AnyTensor;
  const apart: AnyTensor = reshape(
    x as AnyTensor,
    shape.flatMap((dimension) => [1, dimension]),
  );
  const copies: AnyTensor = broadcastTo(
    apart,
    shape.flatMap((dimension, axis) => [repeats[axis], dimension]),
  );
  return reshape(
    copies,
    shape.map((dimension, axis) => dimension * repeats[axis]),
  ) as never;
}
