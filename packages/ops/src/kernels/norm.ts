import type { Values } from "@adjoint/tensor";
import { sumError } from "@adjoint/tensor/special";
import { rowsOf } from "./rows.ts";

/** Square root of the sum of squares along `axes`. */
export function normKernel(x: Values, output: Values, axes: readonly number[]): void {
  const { starts, offsets } = rowsOf(x.shape, axes);
  for (let i = 0; i < starts.length; i++) {
    let largest = 0;
    for (const offset of offsets) largest = Math.max(largest, Math.abs(x.values[starts[i] + offset]));
    output.values[i] =
      largest > 0 && largest < Number.POSITIVE_INFINITY
        ? rootOfSquares(x.values, starts[i], offsets, largest)
        : largest;
  }
}

function rootOfSquares(
  values: ArrayLike<number>,
  start: number,
  offsets: Int32Array,
  largest: number,
): number {
  // A power of 2, by which scaling is exact; squares out of float64's range occur for float64 alone.
  const scale = largest > 2 ** 500 ? 2 ** -600 : largest < 2 ** -400 ? 2 ** 600 : 1;
  let total = 0;
  let lost = 0;
  for (const offset of offsets) {
    const scaled = values[start + offset] * scale;
    const next = total + scaled * scaled;
    lost += sumError(total, scaled * scaled, next);
    total = next;
  }
  return Math.sqrt(total + lost) / scale;
}
