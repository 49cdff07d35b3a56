import { expQuotient, productError, sumError } from "@adjoint/tensor/special";

/** `2 √(2/π)`, rounded. */
export const SCALE = 1.5957691216057308;
/** The coefficient of x³, rounded. */
export const CUBIC = 0.044715;

// What the rounding of the two drops.
const SCALE_LOW = -9.96930880911092e-17;
const CUBIC_LOW = 2.1960211427085595e-18;

/**
 * `scale · ½ (1 + tanh u) = scale · σ(2u)` with `u = √(2/π) (x + 0.044715 x³)`.
 *
 * Domain: `|x| ≤ 30`, and `scale` either 1 or `x`.
 * Numerics: `2u` in two numbers, since σ of the rounded one would be off by `|2u|` ulps; one quotient `scale e^2u / (1 + e^2u)` for
 * x < 0, else what that of −x leaves. At most 1 ulp.
 */
function scaledGate(x: number, scale: number): number {
  const square = x * x;
  const cubic = CUBIC * square;
  const cubicLow =
    productError(CUBIC, square, cubic) + CUBIC * productError(x, x, square) + CUBIC_LOW * square;
  const factor = 1 + cubic;
  const factorLow = sumError(1, cubic, factor) + cubicLow;
  const scaled = SCALE * x;
  const scaledLow = productError(SCALE, x, scaled) + SCALE_LOW * x;
  const argument = scaled * factor;
  const argumentLow = productError(scaled, factor, argument) + (scaled * factorLow + scaledLow * factor);
  if (x < 0) return argument < -1000 ? 0 * scale : expQuotient(argument, argumentLow, scale, 0, 1, 0, 1);
  return argument > 1000 ? scale : scale - expQuotient(-argument, -argumentLow, scale, 0, 1, 0, 1);
}

/** `σ(2u)` as in {@link scaledGate}. Domain: all numbers; −∞ gives 0, ∞ gives 1, NaN gives NaN. */
export function geluTanhGate(x: number): number {
  if (Math.abs(x) > 30) return x < 0 ? 0 : 1;
  return Math.abs(x) < 1e-18 ? 0.5 : scaledGate(x, 1);
}

/** `x σ(2u)` as in {@link scaledGate}. Domain: all numbers; −∞ gives −0 (the limit), ∞ gives ∞, NaN gives NaN, −0 gives −0. */
export function geluTanh(x: number): number {
  if (Math.abs(x) > 30) return x < 0 ? -0 : x;
  return Math.abs(x) < 1e-18 ? 0.5 * x : scaledGate(x, x);
}
