import type { TypedArray } from "../graph/dtype.ts";
import { sizeOf, stridesOf } from "../graph/shape.ts";
import type { Shape } from "../graph/shape-types.ts";

/** A walk over an array: where it starts and how far one step along each axis is. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** The layout of a whole row-major array. */
export function rowMajor(shape: Shape): Layout {
  return { offset: 0, strides: stridesOf(shape) };
}

/** Strides that walk an array of `shape` as if it were broadcast to `target`: stretched axes stand still. */
export function broadcastLayout(shape: Shape, target: Shape): Layout {
  const strides = stridesOf(shape);
  const missing = target.length - shape.length;
  return {
    offset: 0,
    strides: target.map((_, axis) =>
      axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing],
    ),
  };
}

/** Copies the elements of `shape` from one layout to another. */
export function copyStrided(
  shape: Shape,
  from: TypedArray,
  source: Layout,
  to: TypedArray,
  target: Layout,
): void {
  const rank = shape.length;
  if (sizeOf(shape) === 0) return;
  if (rank === 0) {
    to[target.offset] = from[source.offset];
    return;
  }
  const last = rank - 1;
  const count = shape[last];
  const sourceStep = source.strides[last];
  const targetStep = target.strides[last];
  const index = new Array<number>(rank).fill(0);
  let s = source.offset;
  let t = target.offset;
  for (;;) {
    for (let i = 0, a = s, b = t; i < count; i++, a += sourceStep, b += targetStep) to[b] = from[a];
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      s += source.strides[axis];
      t += target.strides[axis];
      if (++index[axis] < shape[axis]) break;
      s -= source.strides[axis] * shape[axis];
      t -= target.strides[axis] * shape[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/**
 * The values with `axes` moved to the end and everything contiguous, so that a reduction is a loop over rows. Gives the
 * given array itself when it is laid out so already.
 */
export function reducedLast(values: TypedArray, shape: Shape, axes: readonly number[]): TypedArray {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  if (order.every((axis, i) => axis === i)) return values;
  const strides = stridesOf(shape);
  const moved = order.map((axis) => shape[axis]);
  const result = values.slice();
  copyStrided(
    moved,
    values,
    { offset: 0, strides: order.map((axis) => strides[axis]) },
    result,
    rowMajor(moved),
  );
  return result;
}
