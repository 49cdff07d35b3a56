import { literal } from "../graph/apply.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";

/** A tensor of the shape and dtype of `x` whose every element is `value`. */
export function fillLike(x: AnyTensor, value: number): AnyTensor {
  const scalar = literal(value, x.dtype);
  return x.rank === 0 ? scalar : (broadcastTo(scalar, x.shape) as AnyTensor);
}
