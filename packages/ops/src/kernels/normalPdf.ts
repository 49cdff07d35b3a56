import { expQuotient, productError } from "@adjoint/tensor/special";

// 1/√(2π) in two numbers.
const INVERSE_ROOT = 0.3989422804014327;
const INVERSE_ROOT_LOW = -2.49232720227773e-17;

/**
 * `φ(x) = e^(−x²/2) / √(2π)`, with its tail.
 *
 * Domain: all numbers; ±∞ gives 0, NaN gives NaN; 0 beyond ±38.6. Numerics: `x²` in two numbers, since the exponential of the rounded
 * one would be off by `x²/2` ulps; at most 1 ulp.
 */
export function normalPdf(x: number): number {
  if (Math.abs(x) > 39) return 0;
  if (Math.abs(x) < 1e-100) return INVERSE_ROOT; // the error of so small a square is not representable
  const square = x * x;
  return expQuotient(
    -0.5 * square,
    -0.5 * productError(x, x, square),
    INVERSE_ROOT,
    INVERSE_ROOT_LOW,
    1,
    0,
    0,
  );
}
