import type { Values } from "@adjoint/tensor";
import { rowsOf } from "./rows.ts";
import { expandMask } from "./softmax.ts";

/** `log Σ eˣ` along `axes`, over the elements that the mask keeps. */
export function logsumexpKernel(
  x: Values,
  mask: Values | undefined,
  output: Values,
  axes: readonly number[],
): void {
  const { starts, offsets } = rowsOf(x.shape, axes);
  const keeps = mask === undefined ? undefined : expandMask(mask, x.shape);
  const isKept = (place: number): boolean => keeps === undefined || keeps[place] !== 0;
  for (let i = 0; i < starts.length; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (const offset of offsets) {
      if (isKept(starts[i] + offset)) largest = Math.max(largest, x.values[starts[i] + offset]);
    }
    let rest = 0;
    let isFirst = true;
    for (const offset of offsets) {
      const value = x.values[starts[i] + offset];
      if (!isKept(starts[i] + offset)) continue;
      if (value === largest && isFirst) isFirst = false;
      else if (value !== largest) rest += Math.exp(value - largest);
      else rest += 1;
    }
    output.values[i] = largest + Math.log1p(rest);
  }
}
