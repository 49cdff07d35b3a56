import { logisticTail, lostLift } from "./logisticTail.ts";
import type { FormulaWriter, Part } from "./parts.ts";

const product: Part = {
  id: "logisticPdf",
  cost: 3,
  emit(lanes, tail, lost) {
    const unit = 2 ** -lostLift(lanes);
    const slope = lanes.nmadd(tail, lanes.constant(2 * unit), lanes.constant(unit));
    return lanes.nmadd(tail, lanes.madd(lost, slope, tail), tail);
  },
};

/**
 * `σ(x) σ(−x) = s − s²` with the tail `s = σ(−|x|)`, for float32. Where s is small its error would come on top of that of the
 * difference, so that what s's denominator d lost when it was rounded, δ, is made good: it changes `s − s²` by the factor
 * `1 − (1 − 2 s) δ/d`, and where that counts d is near 1.
 *
 * Domain: all numbers; ±∞ gives 0; subnormal results are rounded once.
 * Numerics: float32 at most 1.73 ulp with fused multiply-add, over all arguments (docs/accuracy.md), and 1.83 without, in every fifth.
 */
export function logisticPdf<Value>(write: FormulaWriter<Value>, x: Value): Value {
  const { tail, lost } = logisticTail(write, x);
  return write.part(product, tail, lost());
}
