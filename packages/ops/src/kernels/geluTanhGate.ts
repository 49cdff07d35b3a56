import { productError, sigmoid, sumError } from "@adjoint/tensor/special";

// 2 √(2/π) and 0.044715, each in two numbers.
const SCALE = 1.5957691216057308;
const SCALE_LOW = -9.96930880911092e-17;
const CUBIC = 0.044715;
const CUBIC_LOW = 2.1960211427085595e-18;

/**
 * `½ (1 + tanh u) = σ(2u)` with `u = √(2/π) (x + 0.044715 x³)`.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives 1, NaN gives NaN.
 * Numerics: `2u` in two numbers, since σ of the rounded one would be off by `|2u|` ulps; at most 2 ulp.
 */
export function geluTanhGate(x: number): number {
  if (x < -30) return 0;
  if (x > 30) return 1;
  if (Math.abs(x) < 1e-100) return 0.5; // the error of so small a square is not representable
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
  return sigmoid(argument) * (1 + argumentLow * sigmoid(-argument));
}
