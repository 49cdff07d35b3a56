import {
  type AnyTensor,
  type DTypeOf,
  type Shape,
  ShapeError,
  type ShapeOf,
  type SumOf,
  shapeText,
  sum,
  type Tensor,
} from "@adjoint/tensor";
import { diagonal } from "./diagonal.ts";

/**
 * Sum of the main diagonal of the last two axes, `Σ x_ii`: `[…, m, n] → […]`. Gradient: ȳ on the diagonal, else 0.
 * Throws {@link ShapeError} on a rank below 2.
 */
export function trace<A extends AnyTensor>(x: A): Tensor<TraceShape<ShapeOf<A>>, SumOf<DTypeOf<A>>> {
  if (x.rank < 2)
    throw new ShapeError("trace", `${shapeText(x.shape)} has rank ${x.rank}; expected at least 2`);
  return sum(diagonal(x) as AnyTensor, { axis: -1 }) as never;
}

/** Without the last two axes. */
export type TraceShape<S extends Shape> = [...S] extends [...infer Batch extends Shape, number, number]
  ? [...Batch]
  : Shape;
