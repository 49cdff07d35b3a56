import type { Values } from "@adjoint/tensor";
import { rowsOf } from "./rows.ts";

/** Softmax along `axes`; what `asWeights` changes, the op says. */
export function softmaxKernel(
  x: Values,
  mask: Values | undefined,
  output: Values,
  axes: readonly number[],
  asWeights: boolean,
): void {
  const { starts, offsets } = rowsOf(x.shape, axes);
  const keeps = mask === undefined ? undefined : expandMask(mask, x.shape);
  const powers = new Float64Array(offsets.length);
  for (const start of starts) {
    let largest = Number.NEGATIVE_INFINITY;
    for (const offset of offsets) {
      if (keeps === undefined || keeps[start + offset] !== 0)
        largest = Math.max(largest, x.values[start + offset]);
    }
    const base = asWeights && largest === Number.NEGATIVE_INFINITY ? 0 : largest;
    let total = 0;
    for (let i = 0; i < offsets.length; i++) {
      const place = start + offsets[i];
      powers[i] = keeps === undefined || keeps[place] !== 0 ? Math.exp(x.values[place] - base) : 0;
      total += powers[i];
    }
    for (let i = 0; i < offsets.length; i++) {
      const place = start + offsets[i];
      const isOut = (keeps !== undefined && keeps[place] === 0) || (asWeights && powers[i] === 0);
      output.values[place] = isOut ? 0 : powers[i] / total;
    }
  }
}

/** The mask's values at every place of `shape`. */
export function expandMask(mask: Values, shape: readonly number[]): ArrayLike<number> {
  const missing = shape.length - mask.shape.length;
  let place = Int32Array.of(0);
  for (let axis = 0; axis < shape.length; axis++) {
    const dimension = axis < missing ? 1 : mask.shape[axis - missing];
    const next = new Int32Array(place.length * shape[axis]);
    for (let i = 0; i < next.length; i++) {
      const step = dimension === 1 ? 0 : i % shape[axis];
      next[i] = place[Math.floor(i / shape[axis])] * dimension + step;
    }
    place = next;
  }
  return Uint8Array.from(place, (at) => mask.values[at]);
}
