import type { Values } from "@adjoint/tensor";
import { sumError } from "@adjoint/tensor/special";
import type { SoftmaxForm } from "../softmax.ts";
import { expDifference } from "./expDifference.ts";
import { keptPlaces } from "./mask.ts";
import { rowsOf } from "./rows.ts";

/** Softmax along `axes`, over the elements that the mask keeps; what its form changes, the op says. */
export function softmaxKernel(
  x: Values,
  mask: Values | undefined,
  output: Values,
  axes: readonly number[],
  form: SoftmaxForm,
): void {
  const { starts, offsets } = rowsOf(x.shape, axes);
  const isKept = keptPlaces(mask, x.shape);
  const powers = new Float64Array(offsets.length);
  for (const start of starts) {
    let largest = Number.NEGATIVE_INFINITY;
    for (const offset of offsets) {
      if (isKept(start + offset)) largest = Math.max(largest, x.values[start + offset]);
    }
    const base = form === "weights" && largest === Number.NEGATIVE_INFINITY ? 0 : largest;
    let total = 0;
    let lost = 0;
    for (let i = 0; i < offsets.length; i++) {
      const place = start + offsets[i];
      powers[i] = isKept(place) ? expDifference(x.values[place], base) : 0;
      const next = total + powers[i];
      lost += sumError(total, powers[i], next);
      total = next;
    }
    total += lost;
    for (let i = 0; i < offsets.length; i++) {
      const place = start + offsets[i];
      const isOut = !isKept(place) || (form !== "shares" && powers[i] === 0);
      output.values[place] = isOut ? 0 : powers[i] / total;
    }
  }
}
