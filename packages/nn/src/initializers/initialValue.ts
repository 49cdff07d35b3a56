import {
  type AnyTensor,
  type DType,
  DTypeError,
  describeValue,
  OptionError,
  type random,
  type Shape,
  ShapeError,
  sameShape,
  shapeText,
  Tensor,
} from "@adjoint/tensor";
import type { Initializer } from "./initializer.ts";

/**
 * The first value of a parameter, as the initializer given as `option` makes it. Throws `OptionError` for what is no
 * initializer, `ShapeError` and `DTypeError` for a value of another shape or dtype than was asked for.
 */
export function initialValue(
  op: string,
  option: string,
  initializer: Initializer,
  key: random.Key,
  shape: Shape,
  dtype: DType,
): AnyTensor {
  if (typeof initializer !== "function") {
    throw new OptionError(
      op,
      `${option} is ${describeValue(initializer)}; expected an initializer such as glorotUniform()`,
    );
  }
  const value: unknown = initializer(key, shape, dtype);
  if (typeof value === "function") {
    throw new OptionError(
      op,
      `${option} is ${describeValue(initializer)}, which makes an initializer; call it: ${initializer.name}()`,
    );
  }
  if (!(value instanceof Tensor)) {
    throw new OptionError(
      op,
      `${option} gives ${describeValue(value)}; expected a tensor of the shape and dtype it is given`,
    );
  }
  const made: AnyTensor = value;
  if (!sameShape(made.shape, shape))
    throw new ShapeError(op, `${option} gives shape ${shapeText(made.shape)}; expected ${shapeText(shape)}`);
  if (made.dtype !== dtype) throw new DTypeError(op, `${option} gives ${made.dtype}; expected ${dtype}`);
  return made;
}
