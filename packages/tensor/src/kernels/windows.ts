import { stridesOf } from "../graph/shape.ts";
import type { Shape } from "../graph/shape-types.ts";

/** How a window slides over the last axes of an array: one entry for each of these axes. */
export type Windows = {
  /** The window's extent. */
  readonly window: readonly number[];
  /** How far apart neighbouring windows are. */
  readonly stride: readonly number[];
  /** How far apart neighbouring elements of a window are. */
  readonly dilation: readonly number[];
  /** Elements that the array is thought to have before its first and after its last. */
  readonly padding: readonly (readonly [before: number, after: number])[];
};

/** How many elements of an axis a window spans. */
export function spanOf({ window, dilation }: Windows, axis: number): number {
  return (window[axis] - 1) * dilation[axis] + 1;
}

/** How many windows fit along each axis of an array of `size`; 0 or less where none does. */
export function positionsOf(size: Shape, windows: Windows): number[] {
  const { stride, padding } = windows;
  return size.map((dimension, axis) => {
    const [before, after] = padding[axis];
    return Math.floor((before + dimension + after - spanOf(windows, axis)) / stride[axis]) + 1;
  });
}

/**
 * For each element of `[...window, ...positions]` its place in a row-major array of `size`, −1 in the padding.
 */
export function windowPlaces(size: Shape, windows: Windows): Int32Array {
  const { window, stride, dilation, padding } = windows;
  const extents = [...window, ...positionsOf(size, windows)];
  const rank = size.length;
  const strides = stridesOf(size);
  const places = new Int32Array(extents.reduce((count, extent) => count * extent, 1));
  const index = new Array<number>(extents.length).fill(0);
  for (let i = 0; i < places.length; i++) {
    let place = 0;
    for (let axis = 0; axis < rank && place >= 0; axis++) {
      const at = index[rank + axis] * stride[axis] + index[axis] * dilation[axis] - padding[axis][0];
      place = at < 0 || at >= size[axis] ? -1 : place + at * strides[axis];
    }
    places[i] = place;
    for (let axis = extents.length - 1; axis >= 0 && ++index[axis] === extents[axis]; axis--) index[axis] = 0;
  }
  return places;
}
