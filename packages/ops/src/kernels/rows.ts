import { type Shape, sizeOf } from "@adjoint/tensor";

/** A way through an array: for each result, the places of the elements that it is made of. */
export interface Rows {
  /** Place of the first element of each result, in the order of the results. */
  readonly starts: Int32Array;
  /** Places of a result's elements from its first, in row-major order of the reduced axes. */
  readonly offsets: Int32Array;
}

/** The rows that reducing `axes` of a row-major array of `shape` goes through. */
export function rowsOf(shape: Shape, axes: readonly number[]): Rows {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return { starts: placesAlong(shape, kept), offsets: placesAlong(shape, axes) };
}

function placesAlong(shape: Shape, axes: readonly number[]): Int32Array {
  return axes.reduce<Int32Array>(
    (places, axis) => spread(places, shape[axis], sizeOf(shape.slice(axis + 1))),
    Int32Array.of(0),
  );
}

/** Each place, then `count − 1` more in steps of `stride` from it. */
export function spread(places: Int32Array, count: number, stride: number): Int32Array {
  const result = new Int32Array(places.length * count);
  for (let i = 0, to = 0; i < places.length; i++) {
    for (let k = 0; k < count; k++) result[to++] = places[i] + k * stride;
  }
  return result;
}
