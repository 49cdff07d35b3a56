import { type Shape, sizeOf, type TypedArray } from "@adjoint/tensor";

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
  return { starts: places(shape, kept), offsets: places(shape, axes) };
}

function places(shape: Shape, axes: readonly number[]): Int32Array {
  const result = new Int32Array(sizeOf(axes.map((axis) => shape[axis])));
  let block = result.length;
  for (const axis of axes) {
    const stride = sizeOf(shape.slice(axis + 1));
    block /= shape[axis];
    for (let i = 0; i < result.length; i++) result[i] += (Math.floor(i / block) % shape[axis]) * stride;
  }
  return result;
}

/** The elements of one row, as float64. */
export function readRow(values: TypedArray, start: number, offsets: Int32Array, row: Float64Array): void {
  for (let i = 0; i < offsets.length; i++) row[i] = values[start + offsets[i]];
}
