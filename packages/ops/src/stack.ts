import {
  type AlongOptions,
  type AnyTensor,
  apply,
  axisOptionNames,
  type Checked,
  type CommonDType,
  checkOptionNames,
  concat,
  normalizeAxis,
  type OptionOf,
  primitives,
  type Result,
  type Shape,
  ShapeError,
  type ShapesOf,
  type Stack,
  sameShape,
  shapeText,
  type Tensor,
} from "@adjoint/tensor";
import { expandDims } from "./expandDims.ts";

/**
 * Tensors of one shape side by side along a new axis at place `axis` of the result (0 by default; negative counts from the
 * end): k of `[m, n]` give `[k, m, n]`. Gradient: to each its slice of the cotangent. Throws {@link ShapeError}.
 */
export function stack<
  const Tensors extends readonly AnyTensor[],
  const Axis extends number | undefined = 0,
  Given = object,
>(
  tensors: Tensors & Checked<Stack<ShapesOf<Tensors>, OptionOf<Given, "axis", Axis>>>,
  options: AlongOptions<Axis, Given> = {} as never,
): Tensor<Result<Stack<ShapesOf<Tensors>, OptionOf<Given, "axis", Axis>>>, CommonDType<Tensors>> {
  const list = tensors as readonly AnyTensor[];
  if (list.length === 0) throw new ShapeError("stack", "there are no tensors to stack; give at least one");
  const [{ shape: first }] = list;
  const other = list.find(({ shape }) => !sameShape(shape, first));
  if (other !== undefined)
    throw new ShapeError(
      "stack",
      `${shapeText(first)} and ${shapeText(other.shape)} differ; expected equal shapes`,
    );
  checkOptionNames("stack", options, axisOptionNames);
  const axis = normalizeAxis("stack", options.axis ?? 0, [...first, 1]);
  return concat(
    list.map((one) => expandDims(one, axis) as AnyTensor),
    { axis },
  ) as never;
}

/** Tensors that broadcast to `shape` side by side along a new first axis. */
export function stackAs(shape: Shape, tensors: readonly AnyTensor[]): AnyTensor {
  return stack(tensors.map((one): AnyTensor => apply(primitives.broadcastTo, [one], { shape }))) as AnyTensor;
}
