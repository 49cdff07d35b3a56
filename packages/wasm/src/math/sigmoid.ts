import { logisticTail } from "./logisticTail.ts";
import type { FormulaWriter, Part } from "./parts.ts";

const sided: Part = {
  id: "sigmoid",
  cost: 3,
  emit: (lanes, x, tail) =>
    lanes.select(lanes.lt(x, lanes.constant(0)), tail, lanes.sub(lanes.constant(1), tail)),
};

/**
 * `σ(x) = 1 / (1 + e⁻ˣ)`: the tail `σ(−|x|)`, or 1 less it.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives 1; subnormal results are rounded once.
 * Numerics: float32 at most 1.76 ulp with fused multiply-add and 1.76 without, over all arguments
 * (`bench/kernels/math.mjs --exhaustive`); float64 within 2 of the definition, in samples.
 */
export function sigmoid<Value>(write: FormulaWriter<Value>, x: Value): Value {
  return write.part(sided, x, logisticTail(write, x).tail);
}
