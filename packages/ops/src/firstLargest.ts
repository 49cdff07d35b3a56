import { type AnyTensor, arange, argmax, equal, reshape, sizeOf, transpose } from "@adjoint/tensor";

/** True at one largest element of `x` along `axes`, the first, and nowhere else. */
export function firstLargest(x: AnyTensor, axes: readonly number[]): AnyTensor {
  const [axis] = axes;
  if (axes.length === 1) {
    const along = x.shape.map((dimension, i) => (i === axis ? dimension : 1));
    const place: AnyTensor = reshape(arange(x.shape[axis]) as AnyTensor, along);
    return equal(place, argmax(x, { axis, keepDims: true }) as AnyTensor);
  }
  // Several axes are put together at the end, and taken apart again.
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...kept, ...axes];
  const ordered: AnyTensor = transpose(x, order);
  const rows: AnyTensor = reshape(ordered, [
    sizeOf(ordered.shape.slice(0, kept.length)),
    sizeOf(ordered.shape.slice(kept.length)),
  ]);
  const largest: AnyTensor = reshape(firstLargest(rows, [1]), ordered.shape);
  return transpose(
    largest,
    order.map((_, i) => order.indexOf(i)),
  );
}
