import type { Expression } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { nearestWideExponent, powersOfTwo } from "./exponent.ts";
import { polynomial } from "./polynomial.ts";

// test/golden/coefficients.py: (2ʳ − 1)/r, |r| ≤ ½; error of 2ʳ 2^−28.9 and 2^−56.
const COEFFICIENTS: Readonly<Record<Lanes["dtype"], readonly number[]>> = {
  float32: [
    0.6931471824645996, 0.24022650718688965, 0.05550410971045494, 0.009618036448955536, 0.0013333430979400873,
    0.0001546710991533473, 1.5314953998313285e-5,
  ],
  float64: [
    Math.LN2,
    0.24022650695910072,
    0.0555041086648217,
    0.009618129107628494,
    0.0013333558146390483,
    0.00015403530393341255,
    1.5252733856191265e-5,
    1.3215486832958075e-6,
    1.0178051229790494e-7,
    7.05488827933282e-9,
    4.456670381822684e-10,
    2.574177834668258e-11,
  ],
};

/** Below the first the result is 0, from the second on ∞. */
const BOUNDS = { float32: [-151, 129], float64: [-1076, 1025] } as const;

/**
 * `2ˣ = 2ᵏ (1 + r p(r))` with `x = k + r`; exact for whole x.
 *
 * Domain: all numbers; subnormal results are rounded once.
 * Numerics: float32 at most 1.1 ulp, float64 within 2 of the definition, in samples of every exponent.
 */
export function exp2(lanes: Lanes, x: Expression): Expression {
  const [lowest, highest] = BOUNDS[lanes.dtype];
  const bounded = lanes.keep(lanes.atLeast(lanes.atMost(x, lanes.constant(highest)), lanes.constant(lowest)));
  const exponent = nearestWideExponent(lanes, bounded, 1);
  const r = lanes.keep(lanes.sub(bounded, exponent.k));
  const [first, second] = powersOfTwo(lanes, exponent);
  const value = lanes.madd(polynomial(lanes, COEFFICIENTS[lanes.dtype], r), r, lanes.constant(1));
  return lanes.mul(lanes.mul(value, first), second);
}
