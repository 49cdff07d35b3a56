import {
  DTypeError,
  describeValue,
  OptionError,
  ShapeError,
  sameShape,
  shapeText,
  Tensor,
} from "@adjoint/tensor";
import type { Initializer } from "./initializer.ts";

/**
 * The initializer given as `option`, which throws `OptionError` when it gives no tensor, and `ShapeError` or `DTypeError` for one
 * of another shape or dtype than was asked for. Throws `OptionError` for what is no initializer.
 */
export function checkedInitializer(op: string, option: string, initializer: Initializer): Initializer {
  if (typeof initializer !== "function") {
    throw new OptionError(
      op,
      `${option} is ${describeValue(initializer)}; expected an initializer such as glorotUniform()`,
    );
  }
  return (key, shape, dtype) => {
    const value = initializer(key, shape, dtype);
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
    if (!sameShape(value.shape, shape))
      throw new ShapeError(
        op,
        `${option} gives shape ${shapeText(value.shape)}; expected ${shapeText(shape)}`,
      );
    if (value.dtype !== dtype) throw new DTypeError(op, `${option} gives ${value.dtype}; expected ${dtype}`);
    return value;
  };
}
