import { apply } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { normalizeAxis, shapeText, stridesOf } from "../graph/shape.ts";
import type { Checked, DTypeOf, Result, ShapeOf, Transpose } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { copyStrided, rowMajor } from "../kernels/strided.ts";

export const transposePrimitive: Op = primitive<{ axes: readonly number[] }>("transpose", {
  passesZeros: true,
  accepts: "any",
  shape: ([x], { axes }) => axes.map((axis) => x[axis]),
  vjp({ attributes: { axes }, cotangent }) {
    const inverse = axes.map((_, axis) => axes.indexOf(axis));
    return [transpose(cotangent, inverse)];
  },
  reference([x], output, { axes }) {
    const strides = stridesOf(x.shape);
    const source = { offset: 0, strides: axes.map((axis) => strides[axis]) };
    copyStrided(output.shape, x.values, source, output.values, rowMajor(output.shape));
  },
});

/**
 * The axes in another order: output axis i is input axis `axes[i]`; without `axes` the order is reversed.
 * Gradient: the cotangent in the input's order. Throws {@link ShapeError} unless `axes` names every axis once.
 */
export function transpose<A extends AnyTensor, const Axes extends readonly number[] | undefined>(
  x: A,
  axes: Axes & Checked<Transpose<ShapeOf<A>, Axes>>,
): Tensor<Result<Transpose<ShapeOf<A>, Axes>>, DTypeOf<A>>;
export function transpose<A extends AnyTensor>(x: A): Tensor<Transpose<ShapeOf<A>>, DTypeOf<A>>;
export function transpose(x: AnyTensor, axes?: readonly number[]): AnyTensor {
  // Overloads, since of an argument that may be undefined the compiler infers only the rest for an optional parameter.
  const given = axes ?? x.shape.map((_, axis) => x.rank - 1 - axis);
  const order = given.map((axis) => normalizeAxis("transpose", axis, x.shape));
  if (order.length !== x.rank || new Set(order).size !== x.rank) {
    throw new ShapeError(
      "transpose",
      `axes ${shapeText(given)} must name each of the ${x.rank} axes of ${shapeText(x.shape)} once`,
    );
  }
  return apply(transposePrimitive, [x], { axes: order });
}
