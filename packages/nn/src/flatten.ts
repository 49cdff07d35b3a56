import {
  type AnyTensor,
  type Checked,
  type DTypeOf,
  type Flatten,
  reshape,
  type Shape,
  ShapeError,
  type ShapeOf,
  sizeOf,
  type Tensor,
} from "@adjoint/tensor";
import { type Layer, layer } from "./layer.ts";

type FlattenRows<S extends Shape> = S extends readonly [
  infer Batch extends number,
  ...infer Rest extends Shape,
]
  ? [Batch, ...Flatten<Rest>]
  : Shape;

/** A layer that keeps the first axis and makes one of all others. */
export interface FlattenLayer extends Layer<[number, ...number[]], [number, number]> {
  <X extends AnyTensor>(
    x: X &
      Checked<ShapeOf<X> extends readonly [] ? ShapeError<"flatten: a scalar has no batch axis"> : unknown>,
  ): Tensor<FlattenRows<ShapeOf<X>>, DTypeOf<X>>;
}

/**
 * A layer without parameters that makes one axis of all but the first: `[32, 28, 28]` becomes `[32, 784]`.
 * Gradient: the cotangent in the input's shape. Throws `ShapeError` on a scalar.
 */
export function flatten(): FlattenLayer {
  function flat(x: AnyTensor): AnyTensor {
    if (x.rank === 0) throw new ShapeError("flatten", "a scalar has no batch axis; expected [batch, …]");
    return reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]);
  }
  return layer({}, flat as never, { name: "flatten" }) as unknown as FlattenLayer;
}
