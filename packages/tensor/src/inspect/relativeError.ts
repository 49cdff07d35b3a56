import type { TypedArray } from "../graph/dtype.ts";
import type { DType } from "../graph/shape-types.ts";
import { minus, toNumber, type Wide, wide } from "../kernels/wide/wide.ts";
import type { WideArray } from "./exact.ts";

/** The smallest normal number of a float dtype, and half the distance of its neighbours from 1. */
export const formats: Readonly<Partial<Record<DType, { smallest: number; unit: number }>>> = {
  float32: { smallest: 2 ** -126, unit: 2 ** -24 },
  float64: { smallest: 2 ** -1022, unit: 2 ** -53 },
};

/** The largest error among the elements of a tensor, and where it stands in the flat array. */
export interface WorstError {
  readonly error: number;
  readonly at: number;
}

/**
 * The largest of `|value − exact| / |exact|`; ∞ where one is NaN or infinite and the other is not. What is below the dtype's smallest
 * normal number counts as that, so that to underflow is no error in itself; an exact 0 counts as the largest of its tensor.
 */
export function worstError(values: TypedArray, exact: WideArray, dtype: DType): WorstError {
  const smallest = formats[dtype]?.smallest ?? 0;
  let largest: number | undefined;
  let worst = { error: 0, at: 0 };
  for (let i = 0; i < values.length; i++) {
    const expected = exact.at(i);
    if (expected.high === 0 && values[i] !== 0) largest ??= largestOf(exact);
    const scale = Math.max(smallest, expected.high === 0 ? (largest ?? 0) : 0);
    const error = relativeError(values[i], expected, scale);
    if (error > worst.error) worst = { error, at: i };
  }
  return worst;
}

/** Below this the 106 bits may themselves be wrong. */
const negligible = 2 ** -90;

function relativeError(value: number, exact: Wide, smallest: number): number {
  if (Number.isNaN(value) && Number.isNaN(exact.high)) return 0;
  if (!Number.isFinite(value) || !Number.isFinite(exact.high))
    return value === exact.high ? 0 : Number.POSITIVE_INFINITY;
  const difference = Math.abs(toNumber(minus(wide(value), exact)));
  if (difference === 0) return 0;
  const error = difference / Math.max(Math.abs(toNumber(exact)), smallest);
  return error < negligible ? 0 : error;
}

function largestOf(exact: WideArray): number {
  let largest = 0;
  for (let i = 0; i < exact.length; i++) {
    const size = Math.abs(toNumber(exact.at(i)));
    if (size > largest) largest = size;
  }
  return largest;
}

/** An error to two digits. */
export function errorText(error: number): string {
  if (error === 0) return "0";
  return Number.isFinite(error) ? error.toExponential(1) : "∞";
}
