import type { TypedArray } from "../graph/dtype.ts";
import { sumError } from "./special/errorFree.ts";

/**
 * `Σ values[offset + i·stride]` over `count` elements; 0 if there are none.
 *
 * float64: compensated (Neumaier 1974, in the branch-free form of Ogita, Rump and Oishi 2005, algorithm 4.4): the sum is off by half an
 * ulp of itself and `count² 2⁻¹⁰⁶ Σ|x|`. An intermediate overflow does not show: ∞ comes out only if the exact sum rounds to it.
 * float32: in float64, for the caller to round; off by `count 2⁻⁵³ Σ|x|`, which leaves a float32 its half ulp up to 2²⁸ elements
 * of one sign. Integers and bool: exact, then wrapped to int32.
 * NaN gives NaN, ∞ gives ∞, both infinities NaN. The order of summation depends on `count` alone, so equal elements in
 * different layouts give equal bits.
 */
export function sumStrided(values: TypedArray, offset: number, count: number, stride: number): number {
  if (values instanceof Float64Array) return sumCompensated(values, offset, count, stride);
  if (values instanceof Float32Array) return sumInLanes(values, offset, count, stride);
  let total = 0;
  for (let i = 0, at = offset; i < count; i++, at += stride) total = (total + values[at]) | 0;
  return total;
}

/** {@link sumStrided} of `count` neighbours. */
export function sumRow(values: TypedArray, offset: number, count: number): number {
  return sumStrided(values, offset, count, 1);
}

function sumCompensated(values: Float64Array, offset: number, count: number, stride: number): number {
  let sum = 0;
  let correction = 0;
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    const next = sum + values[at];
    correction += sumError(sum, values[at], next);
    sum = next;
  }
  const total = sum + correction;
  return Number.isFinite(total) ? total : sumBeyondRange(values, offset, count, stride);
}

const DOWN = 2 ** -64;
const UP = 2 ** 64;

/** The sum where the compensated one is not finite: because an element is not, or because a partial sum overflowed. */
function sumBeyondRange(values: Float64Array, offset: number, count: number, stride: number): number {
  let sum = 0;
  let correction = 0;
  let nonFinite = 0;
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    if (!Number.isFinite(values[at])) nonFinite += values[at];
    const scaled = values[at] * DOWN;
    const next = sum + scaled;
    correction += sumError(sum, scaled, next);
    sum = next;
  }
  return nonFinite === 0 ? (sum + correction) * UP : nonFinite;
}

/** Four partial sums, so that an addition need not wait for the one before. */
function sumInLanes(values: Float32Array, offset: number, count: number, stride: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let at = offset;
  let i = 3;
  for (; i < count; i += 4, at += 4 * stride) {
    a += values[at];
    b += values[at + stride];
    c += values[at + 2 * stride];
    d += values[at + 3 * stride];
  }
  for (i -= 3; i < count; i++, at += stride) a += values[at];
  return a + b + (c + d);
}
