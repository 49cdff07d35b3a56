import { sameShape } from "../graph/shape.ts";
import type { Shape } from "../graph/shape-types.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { reshape } from "../primitives/reshape.ts";
import { sum } from "../primitives/sum.ts";

/** Sums the axes that broadcasting stretched, or stretches what the rule left small, so that `x` has `shape`. */
export function fitShape(x: AnyTensor, shape: Shape): AnyTensor {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.rank - shape.length;
  if (extra < 0) return broadcastTo(x, shape) as AnyTensor;
  const stretched = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < extra || (shape[axis - extra] === 1 && x.shape[axis] !== 1));
  const summed = stretched.length === 0 ? x : (sum(x, { axis: stretched, keepDims: true }) as AnyTensor);
  const aligned = sameShape(summed.shape, shape)
    ? summed
    : (reshape(summed, summed.shape.slice(extra)) as AnyTensor);
  return sameShape(aligned.shape, shape) ? aligned : (broadcastTo(aligned, shape) as AnyTensor);
}
