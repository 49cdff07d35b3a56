import type { Values } from "@adjoint/tensor";
import { rowsOf } from "./rows.ts";
import { expandMask } from "./softmax.ts";

/** Log-softmax along `axis`, over the elements that the mask keeps; −∞ for the others. */
export function logSoftmaxKernel(x: Values, mask: Values | undefined, output: Values, axis: number): void {
  const { starts, offsets } = rowsOf(x.shape, [axis]);
  const keeps = mask === undefined ? undefined : expandMask(mask, x.shape);
  const isKept = (place: number): boolean => keeps === undefined || keeps[place] !== 0;
  for (const start of starts) {
    let largest = Number.NEGATIVE_INFINITY;
    for (const offset of offsets)
      if (isKept(start + offset)) largest = Math.max(largest, x.values[start + offset]);
    let rest = 0;
    let isFirst = true;
    for (const offset of offsets) {
      const below = x.values[start + offset] - largest;
      if (!isKept(start + offset)) continue;
      if (below === 0 && isFirst) isFirst = false;
      else rest += Math.exp(below);
    }
    const log = Math.log1p(rest);
    for (const offset of offsets) {
      const place = start + offset;
      output.values[place] = isKept(place) ? x.values[place] - largest - log : Number.NEGATIVE_INFINITY;
    }
  }
}
