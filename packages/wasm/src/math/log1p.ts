import { type Expression, when } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { split } from "./exponent.ts";
import { isIrregular, logOfIrregular, logOfSplit } from "./log.ts";

const ONE = { float32: 0x3f800000n, float64: 0x3ff0000000000000n } as const;
/** The bits of the largest number whose reciprocal power of two is normal. */
const MOST = { float32: 0x7e800000n, float64: 0x7fc0000000000000n } as const;

/**
 * `log(1 + x) = k ln 2 + log(1 + f)` with `2ᵏ (1 + f) = 1 + x`, where `f = 2⁻ᵏ x − (1 − 2⁻ᵏ)` does not lose what `1 + x` rounds
 * away; for `¾ ≤ 1 + f < 1½` that sum is exact as long as `1 − 2⁻ᵏ` is.
 *
 * Domain: x > −1; −1 gives −∞, less gives NaN, −0 gives −0.
 * Numerics: float32 at most 1.27 ulp with fused multiply-add and 1.29 without, over all arguments
 * (`bench/kernels/math.mjs --exhaustive`); float64 within 2 of the definition, in samples.
 */
export function log1p(lanes: Lanes, x: Expression): Expression {
  const given = lanes.keep(x);
  const sum = lanes.keep(lanes.add(given, lanes.constant(1)));
  const { negativeK, steps } = split(lanes, sum);
  const power = lanes.keep(lanes.fromBits(lanes.intAdd(steps, lanes.intConstant(ONE[lanes.dtype]))));
  // The product is exact; subtracting 0, not adding it, keeps −0.
  const f = lanes.keep(lanes.sub(lanes.mul(given, power), lanes.sub(lanes.constant(1), power)));
  const value = lanes.keep(logOfSplit(lanes, f, negativeK));
  const irregular = isIrregular(lanes, sum, MOST[lanes.dtype]);
  const slow = lanes.f.capture(() => {
    lanes.f.emit(value.set(lanes.select(irregular, logOfIrregular(lanes, sum), value)));
  });
  lanes.f.emit(when(lanes.any(irregular), slow));
  return value;
}
