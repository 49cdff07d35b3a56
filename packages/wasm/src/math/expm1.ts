import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { nearestExponent, powerOfTwo, subtractLn2Exactly } from "./exponent.ts";
import { polynomialBySquare } from "./polynomial.ts";

// test/golden/coefficients.py: (eʳ − 1 − r)/r², |r| ≤ ln 2 / 2; error of eʳ − 1 2^−28.7 and 2^−60.
const COEFFICIENTS: Readonly<Record<Lanes["dtype"], readonly number[]>> = {
  float32: [
    0.5, 0.1666666567325592, 0.04166635870933533, 0.008333389647305012, 0.0013940823264420033,
    0.00019845912174787372,
  ],
  float64: [
    0.5, 0.16666666666666677, 0.041666666666666505, 0.008333333333321516, 0.0013888888888963448,
    0.00019841269886472886, 2.4801587171107182e-5, 2.7557243808392674e-6, 2.755740327191409e-7,
    2.5109193700678093e-8, 2.0875318670067526e-9,
  ],
};

/** Below the first the result is −1, above the second ∞, within the third x. */
const BOUNDS = { float32: [-20, 89, 2 ** -25], float64: [-40, 710, 2 ** -54] } as const;

/**
 * `eˣ − 1 = 2 (h r + (h − ½) + h r² p(r))` with `x = k ln 2 + r` and `h = 2ᵏ⁻¹`, where `h` does not overflow when the result does
 * not, and the reduction's low part joins the small term.
 *
 * Domain: all numbers; −0 gives −0.
 * Numerics: float32 at most 1.24 ulp with fused multiply-add and 1.24 without, over all arguments
 * (`bench/kernels/math.mjs --exhaustive`); float64 within 2 of the definition, in samples.
 */
export function expm1(lanes: Lanes, x: Expression): Expression {
  return scaledExpm1(lanes, x, (value) => value);
}

/** `α (eˣ − 1)`: the function multiplies by α, both terms of the last sum, so that the product is not rounded after it. */
export function scaledExpm1(
  lanes: Lanes,
  x: Expression,
  scaled: (value: Expression) => Expression,
): Expression {
  const [lowest, highest, tiny] = BOUNDS[lanes.dtype];
  const given = lanes.keep(x);
  const bounded = lanes.keep(
    lanes.atLeast(lanes.atMost(given, lanes.constant(highest)), lanes.constant(lowest)),
  );
  const exponent = nearestExponent(lanes, bounded, Math.LOG2E, 1);
  const h = powerOfTwo(lanes, exponent);
  const { high, low } = subtractLn2Exactly(lanes, bounded, exponent.k);
  const r = lanes.keep(lanes.sub(high, low));
  const square = lanes.keep(lanes.mul(r, r));
  const p = polynomialBySquare(lanes, COEFFICIENTS[lanes.dtype], r, square);
  const small = lanes.keep(lanes.sub(lanes.mul(square, p), low));
  const large = lanes.madd(h, high, lanes.sub(h, lanes.constant(0.5)));
  const half = lanes.keep(lanes.madd(scaled(h), small, scaled(large)));
  return lanes.select(lanes.lt(lanes.abs(given), lanes.constant(tiny)), scaled(given), lanes.add(half, half));
}
