import type { Values } from "@adjoint/tensor";
import { sumError } from "@adjoint/tensor/special";
import { expDifference } from "./expDifference.ts";
import { type IsKept, keptPlaces } from "./mask.ts";
import { rowsOf } from "./rows.ts";

/** The largest kept element of a row, and `log1p` of the sum of the others' exponentials relative to it. */
export interface RowLog {
  readonly largest: number;
  readonly log: number;
}

/** {@link RowLog} of the row of `values` at `start + offsets`. */
export function rowLog(
  values: ArrayLike<number>,
  start: number,
  offsets: Int32Array,
  isKept: IsKept,
): RowLog {
  let largest = Number.NEGATIVE_INFINITY;
  for (const offset of offsets)
    if (isKept(start + offset)) largest = Math.max(largest, values[start + offset]);
  let rest = 0;
  let lost = 0;
  let isFirst = true;
  for (const offset of offsets) {
    const value = values[start + offset];
    if (!isKept(start + offset)) continue;
    if (value === largest && isFirst) {
      isFirst = false;
      continue;
    }
    // By comparison, since ∞ − ∞ and −∞ − −∞ are NaN.
    const power = value === largest ? 1 : expDifference(value, largest);
    const next = rest + power;
    lost += sumError(rest, power, next);
    rest = next;
  }
  return { largest, log: Math.log1p(rest + lost) };
}

/** `log Σ eˣ` along `axes`, over the elements that the mask keeps. */
export function logsumexpKernel(
  x: Values,
  mask: Values | undefined,
  output: Values,
  axes: readonly number[],
): void {
  const { starts, offsets } = rowsOf(x.shape, axes);
  const isKept = keptPlaces(mask, x.shape);
  for (let i = 0; i < starts.length; i++) {
    const { largest, log } = rowLog(x.values, starts[i], offsets, isKept);
    output.values[i] = largest + log;
  }
}
