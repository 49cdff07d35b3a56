import {
  type AnyTensor,
  type Checked,
  type DTypeOf,
  type ExpandDims,
  normalizeAxis,
  type Result,
  reshape,
  type ShapeOf,
  type Tensor,
} from "@adjoint/tensor";

/**
 * One more axis of extent 1 at place `axis` of the result; negative counts from the end. Gradient: the cotangent without it.
 * Throws {@link ShapeError} when the axis is out of range.
 */
export function expandDims<A extends AnyTensor, const Axis extends number>(
  x: A,
  axis: Axis & Checked<ExpandDims<ShapeOf<A>, Axis>>,
): Tensor<Result<ExpandDims<ShapeOf<A>, Axis>>, DTypeOf<A>> {
  const place = normalizeAxis("expandDims", axis as number, [...x.shape, 1]);
  return reshape(x as AnyTensor, [...x.shape.slice(0, place), 1, ...x.shape.slice(place)]) as never;
}
