import {
  type AlongOptions,
  type AnyTensor,
  type AxisOption,
  axisOptionNames,
  type Checked,
  checkOptionNames,
  type DTypeOf,
  normalizeAxes,
  type OptionOf,
  type Result,
  reshape,
  ShapeError,
  type ShapeOf,
  type Squeeze,
  shapeText,
  type Tensor,
} from "@adjoint/tensor";

/**
 * Without the axes of extent 1, or without those named. Gradient: the cotangent in the input's shape.
 * Throws {@link ShapeError} when a named axis is longer than 1.
 */
export function squeeze<A extends AnyTensor, const Axis extends AxisOption = undefined, Given = object>(
  x: A,
  options: AlongOptions<Axis, Given> &
    Checked<Squeeze<ShapeOf<A>, OptionOf<Given, "axis", Axis>>> = {} as never,
): Tensor<Result<Squeeze<ShapeOf<A>, OptionOf<Given, "axis", Axis>>>, DTypeOf<A>> {
  checkOptionNames("squeeze", options, axisOptionNames);
  const { shape } = x as AnyTensor;
  const axes =
    options.axis === undefined
      ? shape.map((_, axis) => axis).filter((axis) => shape[axis] === 1)
      : normalizeAxes("squeeze", options.axis, shape);
  const long = axes.find((axis) => shape[axis] !== 1);
  if (long !== undefined)
    throw new ShapeError(
      "squeeze",
      `axis ${long} of ${shapeText(shape)} has dimension ${shape[long]}; expected 1`,
    );
  return reshape(
    x as AnyTensor,
    shape.filter((_, axis) => !axes.includes(axis)),
  ) as never;
}
