import {
  type AnyTensor,
  arange,
  cast,
  checkIndex,
  type DefaultDType,
  type DType,
  equal,
  OptionError,
  type Shape,
  type ShapeOf,
  type Tensor,
} from "@adjoint/tensor";
import { expandDims } from "./expandDims.ts";

/**
 * 1 at each index along a new last axis of `depth`, else 0: indices of shape `s` give `[...s, depth]`, float32 by default.
 * Gradient: 0. Throws {@link DTypeError} on float indices, {@link OptionError} unless the depth is a whole number, and, when run,
 * {@link IndexError} on an index outside 0 to depth − 1.
 */
export function oneHot<I extends AnyTensor, const Depth extends number, D extends DType = DefaultDType>(
  indices: I,
  depth: Depth,
  { dtype = "float32" as D }: { dtype?: D } = {},
): Tensor<OneHotShape<ShapeOf<I>, Depth>, D> {
  if (!Number.isInteger(depth) || depth < 0)
    throw new OptionError("oneHot", `depth is ${depth}; expected a whole number from 0`);
  const message = `index {value} is out of range for depth ${depth}`;
  const checked = checkIndex(indices, depth, { op: "oneHot", message });
  const places = arange(depth) as AnyTensor;
  return cast(equal(expandDims(checked, -1) as AnyTensor, places) as AnyTensor, dtype) as never;
}

/** The indices' shape with the depth as last dimension. */
export type OneHotShape<S extends Shape, Depth extends number> = number extends S["length"]
  ? Shape
  : [...S, Depth];
