import { apply } from "../graph/apply.ts";
import { allocate } from "../graph/dtype.ts";
import { ShapeError } from "../graph/errors.ts";
import { checkIndexDType, type Op, primitive } from "../graph/op.ts";
import { checkShape, sameShape, shapeText } from "../graph/shape.ts";
import type { DType, NumberOf, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { checkIndex } from "./checkIndex.ts";
import { takeChecked } from "./take.ts";

/** The axis to scatter along and its dimension in the result. */
export type ScatterAttributes = { readonly axis: number; readonly size: number };

export const scatterAddPrimitive: Op = primitive<ScatterAttributes & { readonly indexRank: number }>(
  "scatterAdd",
  {
    accepts: ([x, indices]) => [
      x === "bool" ? "int32" : (x as DType),
      checkIndexDType("scatterAdd", indices as DType),
    ],
    shape([x, indices], { axis, size, indexRank }) {
      if (!sameShape(x.slice(axis, axis + indexRank), indices)) {
        throw new ShapeError(
          "scatterAdd",
          `${shapeText(x)} does not have the indices' shape ${shapeText(indices)} at axis ${axis}`,
        );
      }
      return [...x.slice(0, axis), size, ...x.slice(axis + indexRank)];
    },
    vjp: ({ inputs: [, indices], attributes: { axis }, cotangent }) => [
      takeChecked(cotangent, indices, axis),
      undefined,
    ],
    reference([x, indices], output, { axis, size }) {
      const count = indices.values.length;
      const inner = output.shape.slice(axis + 1).reduce((product, dimension) => product * dimension, 1);
      const isWide = output.dtype === "float32" || output.dtype === "float64";
      const total = isWide
        ? new Float64Array(output.values.length)
        : allocate(output.dtype, output.values.length);
      let from = 0;
      for (let start = 0; start < total.length && count > 0; start += size * inner) {
        for (let i = 0; i < count; i++) {
          const to = start + indices.values[i] * inner;
          for (let k = 0; k < inner; k++) total[to + k] += x.values[from++];
        }
      }
      output.values.set(total);
    },
  },
);

/** {@link scatterAdd} at indices that are known to be in range. */
export function scatterChecked(
  x: AnyTensor,
  indices: AnyTensor,
  { axis, size }: ScatterAttributes,
): AnyTensor {
  return apply(scatterAddPrimitive, [x, indices], { axis, size, indexRank: indices.rank });
}

/**
 * Zeros of dimension `size` along `axis`, to which the slices of `x` are added at `indices`: the transpose of `take`.
 * `[…, ...s, …]` with indices of shape `s` gives `[…, size, …]`. Repeated indices add up, in float64, in order; bool counts
 * as int32. Gradient: the cotangent's slices at the indices.
 * Throws {@link ShapeError}, {@link DTypeError} on float indices and, when run, {@link IndexError} on an index outside 0 to size − 1.
 */
export function scatterAdd<D extends DType>(
  x: Tensor<Shape, D>,
  indices: AnyTensor,
  { axis, size }: ScatterAttributes,
): Tensor<Shape, NumberOf<D>> {
  checkShape("scatterAdd", [size]);
  const rank = x.rank - indices.rank + 1;
  const fromFront = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || fromFront < 0 || fromFront >= rank) {
    throw new ShapeError(
      "scatterAdd",
      `axis ${axis} is out of range: ${shapeText(x.shape)} with indices ${shapeText(indices.shape)} gives ${Math.max(0, rank)} axes`,
    );
  }
  const message = `index {value} is out of range for axis ${fromFront} of dimension ${size}`;
  const checked = checkIndex(indices, size, { op: "scatterAdd", message });
  return scatterChecked(x as AnyTensor, checked, { axis: fromFront, size }) as never;
}
