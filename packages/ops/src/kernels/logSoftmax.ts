import type { Values } from "@adjoint/tensor";
import type { LogSoftmaxAttributes } from "../logSoftmax.ts";
import { rowLog } from "./logsumexp.ts";
import { keptPlaces } from "./mask.ts";
import { rowsOf } from "./rows.ts";

/** Log-softmax along `axis`, over the elements that the mask keeps; −∞ for the others; what its form changes, the op says. */
export function logSoftmaxKernel(
  x: Values,
  mask: Values | undefined,
  output: Values,
  axis: number,
  form: LogSoftmaxAttributes["form"],
): void {
  const { starts, offsets } = rowsOf(x.shape, [axis]);
  const isKept = keptPlaces(mask, x.shape);
  for (const start of starts) {
    const { largest, log } = rowLog(x.values, start, offsets, isKept);
    // NaN where the largest is ±∞: no distribution.
    const normaliser = log + (largest - largest);
    for (const offset of offsets) {
      const place = start + offset;
      const below = x.values[place] - largest;
      const isOut = !isKept(place) || (form === "quotient" && below === Number.NEGATIVE_INFINITY);
      output.values[place] = isOut ? Number.NEGATIVE_INFINITY : below - normaliser;
    }
  }
}
