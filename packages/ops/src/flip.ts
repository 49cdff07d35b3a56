import {
  type AnyTensor,
  type AxisOption,
  axisOptionNames,
  type Checked,
  checkOptionNames,
  type DTypeOf,
  type HasAxis,
  normalizeAxes,
  type ShapeOf,
  slice,
  type Tensor,
} from "@adjoint/tensor";

/**
 * The elements in the opposite order along `axis`, one or several (all by default; negative counts from the end).
 * Shape: that of `x`. Gradient: the cotangent turned likewise. Throws {@link ShapeError}.
 */
export function flip<A extends AnyTensor, const Axis extends AxisOption = undefined>(
  x: A,
  options: { axis?: Axis } & Checked<HasAxis<"flip", ShapeOf<A>, Axis>> = {} as never,
): Tensor<ShapeOf<A>, DTypeOf<A>> {
  checkOptionNames("flip", options, axisOptionNames);
  const axes = normalizeAxes("flip", options.axis, x.shape);
  const steps = x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1));
  return slice(x as AnyTensor, [], [], steps) as never;
}
