import {
  type AnyTensor,
  type DType,
  DTypeError,
  isFloat,
  type Op,
  type Shape,
  ShapeError,
  shapeText,
  type Tensor,
} from "@adjoint/tensor";

/** Which elements count: true keeps. Broadcast to the tensor it masks. */
export type Mask = Tensor<Shape, "bool">;

/** The options of ops along an axis with an optional mask. */
export const maskedOptionNames: readonly string[] = ["axis", "mask"];

/** The operands of an op with an optional mask. Throws {@link ShapeError} unless the mask broadcasts to the shape of `x`. */
export function withMask(op: string, x: AnyTensor, mask: Mask | undefined): readonly AnyTensor[] {
  if (mask === undefined) return [x];
  const missing = x.rank - mask.rank;
  const fits = missing >= 0 && mask.shape.every((n, axis) => n === 1 || n === x.shape[axis + missing]);
  if (!fits) {
    throw new ShapeError(
      op,
      `cannot broadcast a mask ${shapeText(mask.shape)} to ${shapeText(x.shape)}; expected the same shape, or 1 where the mask repeats`,
    );
  }
  return [x, mask];
}

/** The dtype rule of an op with an optional mask: a float, and bool. */
export function acceptMasked(op: string): Op["accepts"] {
  return ([x, mask]: readonly DType[]) => {
    const float: DType = isFloat(x) ? x : "float32";
    if (mask === undefined) return [float];
    if (!isFloat(mask)) return [float, "bool"];
    throw new DTypeError(op, `the mask is ${mask}; expected bool, true where an element counts`);
  };
}

/** The shape rule of an op that keeps its first input's shape, whatever mask comes with it. */
export function firstShape([x]: readonly Shape[]): Shape {
  return x;
}
