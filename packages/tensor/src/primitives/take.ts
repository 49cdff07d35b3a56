import { apply } from "../graph/apply.ts";
import { checkIndexDType, type Op, primitive } from "../graph/op.ts";
import { axisOptionNames, checkOptionNames } from "../graph/options.ts";
import { normalizeAxis } from "../graph/shape.ts";
import type {
  AlongOptions,
  Checked,
  DType,
  DTypeOf,
  OptionOf,
  Result,
  ShapeOf,
  Take,
} from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { checkIndex } from "./checkIndex.ts";
import { scatterChecked } from "./scatterAdd.ts";

export const takePrimitive: Op = primitive<{ axis: number }>("take", {
  gathers: true,
  passesZeros: true,
  accepts: ([x, indices]) => [x as DType, checkIndexDType("take", indices as DType)],
  shape: ([x, indices], { axis }) => [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)],
  vjp: ({ inputs: [x, indices], attributes: { axis }, cotangent }) => [
    scatterChecked(cotangent, indices, { axis, size: x.shape[axis] }),
    undefined,
  ],
  reference([x, indices], output, { axis }) {
    const inner = x.shape.slice(axis + 1).reduce((size, dimension) => size * dimension, 1);
    const rows = x.shape[axis];
    let to = 0;
    for (let start = 0; start < x.values.length; start += rows * inner) {
      for (let i = 0; i < indices.values.length; i++) {
        const from = start + indices.values[i] * inner;
        for (let k = 0; k < inner; k++) output.values[to++] = x.values[from + k];
      }
    }
  },
});

/** {@link take} at indices that are known to be in range. */
export function takeChecked(x: AnyTensor, indices: AnyTensor, axis: number): AnyTensor {
  return apply(takePrimitive, [x, indices], { axis });
}

/**
 * The slices of `x` at `indices` along `axis` (the first by default): `[…, n, …]` with indices of shape `s` gives `[…, ...s, …]`.
 * Gradient: each slice's cotangent is added back at its index; repeated indices add up.
 * Throws {@link DTypeError} on float indices and, when run, {@link IndexError} on an index outside 0 to n − 1.
 */
export function take<
  A extends AnyTensor,
  I extends AnyTensor,
  const Axis extends number | undefined = 0,
  Given = object,
>(
  x: A,
  indices: I & Checked<Take<ShapeOf<A>, ShapeOf<I>, OptionOf<Given, "axis", Axis>>>,
  options: AlongOptions<Axis, Given> = {} as never,
): Tensor<Result<Take<ShapeOf<A>, ShapeOf<I>, OptionOf<Given, "axis", Axis>>>, DTypeOf<A>> {
  checkOptionNames("take", options, axisOptionNames);
  const axis = normalizeAxis("take", options.axis ?? 0, x.shape);
  const message = `index {value} is out of range for axis ${axis} of dimension ${x.shape[axis]}`;
  const checked = checkIndex(indices as AnyTensor, x.shape[axis], { op: "take", message });
  return takeChecked(x, checked, axis) as never;
}
