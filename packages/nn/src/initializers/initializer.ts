import type { AnyTensor, DType, random, Shape } from "@adjoint/tensor";

/** Makes the first value of a parameter: a float tensor of the shape and dtype, the same for the same key. */
export type Initializer = (key: random.Key, shape: Shape, dtype: DType) => AnyTensor;

/** How many inputs one output sees, and how many outputs one input reaches. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * The fans of a weight `[…window, in, out]`: `in` and `out`, times the elements of a convolution's window.
 * A vector's are its length, a scalar's 1, as in Keras.
 */
export function fansOf(shape: Shape): Fans {
  if (shape.length < 2) {
    const fan = shape[0] ?? 1;
    return { fanIn: fan, fanOut: fan };
  }
  const window = shape.slice(0, -2).reduce((size, dimension) => size * dimension, 1);
  return { fanIn: window * shape[shape.length - 2], fanOut: window * shape[shape.length - 1] };
}
