import { type AnyTensor, arange, argmax, equal, reshape } from "@adjoint/tensor";

/** True at one largest element of `x` along `axis`, the first, and nowhere else. */
export function firstLargest(x: AnyTensor, axis: number): AnyTensor {
  const along = x.shape.map((dimension, i) => (i === axis ? dimension : 1));
  const place: AnyTensor = reshape(arange(x.shape[axis]) as AnyTensor, along);
  return equal(place, argmax(x, { axis, keepDims: true }) as AnyTensor);
}
