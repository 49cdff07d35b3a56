import {
  type AlongOptions,
  type AnyTensor,
  add,
  arange,
  axisOptionNames,
  type Checked,
  cast,
  checkIndex,
  checkOptionNames,
  type DTypeOf,
  type HasAxis,
  mul,
  normalizeAxis,
  type OptionOf,
  reshape,
  ShapeError,
  type ShapeOf,
  shapeText,
  sizeOf,
  type TakeAlong,
  type Tensor,
  take,
} from "@adjoint/tensor";

/**
 * The elements of `x` at `indices` along `axis` (the last by default), each from its own row: `y[i, k] = x[i, indices[i, k]]`.
 * The indices have the rank of `x`, and its dimensions on the other axes; the result has their shape.
 *
 * Gradient: each element's cotangent is added back at its index; repeated indices add up.
 * Throws {@link ShapeError}, {@link DTypeError} on float indices and, when run, {@link IndexError} on an index out of range.
 */
export function takeAlongAxis<
  A extends AnyTensor,
  I extends AnyTensor,
  const Axis extends number | undefined = -1,
  Given = object,
>(
  x: A,
  indices: I & Checked<TakeAlong<ShapeOf<A>, ShapeOf<I>, OptionOf<Given, "axis", Axis>>>,
  options: AlongOptions<Axis, Given> &
    Checked<HasAxis<"takeAlongAxis", ShapeOf<A>, OptionOf<Given, "axis", Axis>>> = {} as never,
): Tensor<ShapeOf<I>, DTypeOf<A>> {
  checkOptionNames("takeAlongAxis", options, axisOptionNames);
  const place = normalizeAxis("takeAlongAxis", options.axis ?? -1, x.shape);
  const fits = indices.rank === x.rank && indices.shape.every((n, i) => i === place || n === x.shape[i]);
  if (!fits) {
    throw new ShapeError(
      "takeAlongAxis",
      `indices ${shapeText(indices.shape)} for ${shapeText(x.shape)}; expected equal dimensions but on axis ${place}`,
    );
  }
  const message = `index {value} is out of range for axis ${place} of dimension ${x.shape[place]}`;
  const checked = checkIndex(indices, x.shape[place], { op: "takeAlongAxis", message });
  return elementsAt(x, checked, place) as never;
}

/** As {@link takeAlongAxis}, for indices that are known to fit. */
export function elementsAt(x: AnyTensor, indices: AnyTensor, axis: number): AnyTensor {
  const { shape } = x;
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const count = indices.shape[axis];
  const rows: AnyTensor = reshape(cast(indices, "int32") as AnyTensor, [outer, count, inner]);
  const begin: AnyTensor = mul(
    reshape(arange(outer) as AnyTensor, [outer, 1, 1]) as AnyTensor,
    shape[axis] * inner,
  );
  const column: AnyTensor = arange(inner);
  const flat = add(add(begin, mul(rows, inner) as AnyTensor) as AnyTensor, column);
  const values = take(
    reshape(x, [x.size]) as AnyTensor,
    reshape(flat as AnyTensor, indices.shape) as AnyTensor,
  );
  return values as AnyTensor;
}
