import { type ArrayData, type Dataset, dataset } from "@adjoint/data";
import type { Shape } from "@adjoint/tensor";
import {
  type AnyTensor,
  type Checked,
  describeValue,
  isPlainObject,
  OptionError,
  ShapeError,
  type ShapeOf,
  Tensor,
  type TypedArray,
} from "@adjoint/tensor";
import type { LayerInput } from "../layer-types.ts";

/** Rows for a model: a tensor, a typed array `[n]`, or an array as files give it (`{ dtype, shape, values }`). */
export type Data = AnyTensor | TypedArray | ArrayData;

/** Refuses a tensor whose shape a model of `In` does not take. */
export type InputFor<In extends Shape, X> = X extends AnyTensor
  ? Checked<LayerInput<In, ShapeOf<X>>>
  : unknown;

/** Inputs and labels, row by row. */
export type LabelledData = Dataset<readonly [AnyTensor, AnyTensor]>;

/** Throws `OptionError` unless `rows` is one array of rows, of whichever kind. */
export function checkData(op: string, name: string, rows: unknown): void {
  if (rows instanceof Tensor || ArrayBuffer.isView(rows)) return;
  if (isPlainObject(rows) && ArrayBuffer.isView(rows.values)) return;
  throw new OptionError(
    op,
    `${name} is ${describeValue(rows)}; expected a tensor, a typed array or { dtype, shape, values }; tensor(...) makes one of nested arrays`,
  );
}

/** Inputs and labels as one dataset. Throws `ShapeError` unless they have the same number of rows, at least one. */
export function labelled(op: string, x: Data, y: Data): LabelledData {
  checkData(op, "x", x);
  checkData(op, "y", y);
  const rows = dataset(x, y) as unknown as LabelledData;
  if (rows.length === 0) throw new ShapeError(op, "the data has no rows");
  return rows;
}

/** The dataset without its last rows, and those. Throws `OptionError` unless the share is between 0 and 1. */
export function splitLast(rows: LabelledData, share: number): [first: LabelledData, last: LabelledData] {
  const kept = rows.length - Math.round(rows.length * share);
  if (!(share > 0 && share < 1) || kept < 1 || kept === rows.length) {
    throw new OptionError(
      "fit",
      `validationSplit is ${share} of ${rows.length} rows; expected a share between 0 and 1 that leaves a row on both sides`,
    );
  }
  return rows.split(kept);
}
