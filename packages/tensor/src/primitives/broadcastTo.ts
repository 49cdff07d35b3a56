import { apply } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { checkShape, shapeText } from "../graph/shape.ts";
import type { BroadcastTo, Checked, DTypeOf, Result, Shape, ShapeOf } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { broadcastLayout, copyStrided, rowMajor } from "../kernels/strided.ts";

export const broadcastToPrimitive: Op = primitive<{ shape: Shape }>("broadcastTo", {
  passesZeros: true,
  accepts: "any",
  shape([x], { shape }) {
    const missing = shape.length - x.length;
    const axis = x.findIndex((dimension, i) => dimension !== 1 && dimension !== shape[i + missing]);
    if (missing < 0 || axis !== -1) {
      const why =
        missing < 0
          ? `rank ${x.length} is above ${shape.length}`
          : `axis ${axis - x.length} has dimensions ${x[axis]} and ${shape[axis + missing]}`;
      throw new ShapeError("broadcastTo", `cannot broadcast ${shapeText(x)} to ${shapeText(shape)}: ${why}`);
    }
    return shape;
  },
  // The engine sums a cotangent to its input's shape.
  vjp: ({ cotangent }) => [cotangent],
  reference([x], output) {
    copyStrided(
      output.shape,
      x.values,
      broadcastLayout(x.shape, output.shape),
      output.values,
      rowMajor(output.shape),
    );
  },
});

/**
 * `x` stretched to `shape`: axes are added in front, extent-1 axes repeat, as in NumPy.
 * Gradient: the cotangent summed over the stretched axes. Throws {@link ShapeError}.
 */
export function broadcastTo<A extends AnyTensor, const Target extends Shape>(
  x: A,
  shape: Target & Checked<BroadcastTo<ShapeOf<A>, Target>>,
): Tensor<Result<BroadcastTo<ShapeOf<A>, Target>>, DTypeOf<A>> {
  checkShape("broadcastTo", shape as Shape);
  return apply(broadcastToPrimitive, [x], { shape: [...(shape as Shape)] }) as never;
}
