import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { nearestWideExponent, powersOfTwo, subtractLn2 } from "./exponent.ts";
import { polynomialBySquare } from "./polynomial.ts";

/** test/golden/coefficients.py: `(eʳ − 1 − r) / r²` for `|r| ≤ ln 2 / 2`; error of eʳ 2^−27.8 and 2^−60. */
export const EXP: Readonly<Record<Lanes["dtype"], readonly number[]>> = {
  float32: [0.5, 0.166665181517601, 0.04166620224714279, 0.008369024842977524, 0.0013950709253549576],
  float64: [
    0.5, 0.16666666666666677, 0.041666666666666505, 0.008333333333321516, 0.0013888888888963448,
    0.00019841269886472886, 2.4801587171107182e-5, 2.7557243808392674e-6, 2.755740327191409e-7,
    2.5109193700678093e-8, 2.0875318670067526e-9,
  ],
};

/**
 * Above the second bound the result is ∞. At the first both powers of two are 0, as their exponents' bits are: a product with 0 is as
 * fast as any, where underflow makes it three times as slow (measured on a Xeon with AVX-512), and masks are written as −10⁹ and −∞.
 */
const BOUNDS = { float32: [-176.1, 89], float64: [-1418.2, 710] } as const;

/**
 * `eˣ = 2ᵏ (1 + r + r² p(r))` with `x = k ln 2 + r` (Cody and Waite 1980).
 *
 * Domain: all numbers; subnormal results are rounded once.
 * Numerics: float32 at most 1.08 ulp with fused multiply-add and 1.06 without, over all arguments
 * (`bench/kernels/math.mjs --exhaustive`); float64 within 2 of the definition, in samples.
 */
export function exp(lanes: Lanes, x: Expression): Expression {
  const [lowest, highest] = BOUNDS[lanes.dtype];
  const bounded = lanes.keep(lanes.atLeast(lanes.atMost(x, lanes.constant(highest)), lanes.constant(lowest)));
  const exponent = nearestWideExponent(lanes, bounded, Math.LOG2E);
  const r = subtractLn2(lanes, bounded, exponent.k);
  const [first, second] = powersOfTwo(lanes, exponent);
  const square = lanes.keep(lanes.mul(r, r));
  const p = polynomialBySquare(lanes, EXP[lanes.dtype], r, square);
  const value = lanes.add(lanes.madd(square, p, r), lanes.constant(1));
  return lanes.mul(lanes.mul(value, first), second);
}
