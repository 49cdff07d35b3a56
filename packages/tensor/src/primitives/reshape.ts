import { apply } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { checkShape, shapeText, sizeOf } from "../graph/shape.ts";
import type { Checked, DTypeOf, Reshape, Result, Shape, ShapeOf } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";

export const reshapePrimitive: Op = primitive<{ shape: Shape }>("reshape", {
  passesZeros: true,
  accepts: "any",
  shape: (_, { shape }) => shape,
  vjp: ({ inputs: [x], cotangent }) => [reshape(cotangent, x.shape)],
  reference([x], output) {
    output.values.set(x.values);
  },
});

/**
 * The same elements in row-major order under another shape of the same size. One dimension may be -1: what is left.
 * Gradient: the cotangent in the input's shape. Throws {@link ShapeError} when the sizes differ.
 */
export function reshape<A extends AnyTensor, const Target extends Shape>(
  x: A,
  shape: Target & Checked<Reshape<ShapeOf<A>, Target>>,
): Tensor<Result<Reshape<ShapeOf<A>, Target>>, DTypeOf<A>> {
  return apply(reshapePrimitive, [x], { shape: resolveShape(x.shape, shape as Shape) }) as never;
}

/** The target with -1 replaced by the dimension that makes the sizes equal. */
function resolveShape(from: Shape, target: Shape): Shape {
  if (!Array.isArray(target)) checkShape("reshape", target);
  const open = target.indexOf(-1);
  if (target.indexOf(-1, open + 1) > open)
    throw new ShapeError(
      "reshape",
      `${shapeText(from)} to ${shapeText(target)}: only one dimension can be -1`,
    );
  const known = target.filter((_, axis) => axis !== open);
  if (!known.every((dimension) => Number.isInteger(dimension) && dimension >= 0))
    checkShape("reshape", target);
  const size = sizeOf(from);
  const rest = sizeOf(known);
  const resolved =
    open === -1 ? [...target] : target.map((dimension, axis) => (axis === open ? size / rest : dimension));
  if (open !== -1 && rest === 0) {
    throw new ShapeError(
      "reshape",
      `${shapeText(from)} to ${shapeText(target)}: -1 is any size beside a dimension 0; write it out`,
    );
  }
  if (!resolved.every(Number.isInteger) || sizeOf(resolved) !== size) {
    throw new ShapeError(
      "reshape",
      `${shapeText(from)} has ${size} elements, which ${shapeText(target)} cannot hold (${open === -1 ? sizeOf(target) : `a multiple of ${rest}`})`,
    );
  }
  return resolved;
}
