import { erfCorrection } from "./erfCorrection.ts";
import { ERFCX_CENTRE, erfcxCorrection } from "./erfcx.ts";
import { productError, sumError } from "./errorFree.ts";
import { expQuotient } from "./expQuotient.ts";

// √2 and √½ are Math.SQRT2 + SQRT2_LOW and half of that.
const SQRT2_LOW = -9.667293313452913e-17;

/** `scale · Φ(−x)` for `1 ≤ x ≤ 39`: `Φ(−x) = erfc(x/√2)/2`, with `x²/2` exact. */
function normalTail(x: number, scale: number): number {
  const square = x * x;
  const correction = erfcxCorrection(x * Math.SQRT1_2);
  const centred = ERFCX_CENTRE + correction;
  const numerator = scale * centred;
  const scaled = Math.SQRT2 * x;
  const denominator = 1 + scaled;
  return expQuotient(
    -0.5 * square,
    -0.5 * productError(x, x, square),
    0.5 * numerator,
    0.5 * (productError(scale, centred, numerator) + scale * sumError(ERFCX_CENTRE, correction, centred)),
    denominator,
    sumError(1, scaled, denominator) + (productError(Math.SQRT2, x, scaled) + SQRT2_LOW * x),
    0,
  );
}

/**
 * `scale · Φ(x)`, where `Φ(x) = ½ erfc(−x/√2)` is the normal distribution's function, with little more than one rounding's error.
 *
 * Domain: `x ≥ −39`, and `scale` either 1 or `x`.
 * Numerics: `½ (1 + erf(x/√2))` for `|x| ≤ 1`, with `x/√2` in two numbers, since `erfc` of the rounded one would be off by `x²/2`
 * ulps; the tail itself below, its complement above.
 */
export function scaledNormalCdf(x: number, scale: number): number {
  if (x < -1) return normalTail(-x, scale);
  if (x > 9) return scale;
  if (x > 1) return scale - normalTail(x, scale);
  const z = x * Math.SQRT1_2;
  const zLow = productError(x, Math.SQRT1_2, z) + 0.5 * SQRT2_LOW * x;
  const sum = 1 + z;
  const low = sumError(1, z, sum) + (zLow + z * erfCorrection(0.5 * x * x));
  const product = scale * sum;
  return 0.5 * (product + (productError(scale, sum, product) + scale * low));
}

/**
 * `Φ(x) = ½ erfc(−x/√2)`: the probability that a standard normal variable is at most `x`.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives 1, NaN gives NaN; 0 below −38.5. Numerics: at most 1.1 ulp.
 */
export function normalCdf(x: number): number {
  return x < -39 ? 0 : scaledNormalCdf(x, 1);
}
