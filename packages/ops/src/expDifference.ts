import { type AnyTensor, add, exp, less, mul, sub, where } from "@adjoint/tensor";

/**
 * `e^(a − b)` for `a ≤ b`, with a few ulps' error: that of the rounded difference would be off by as many ulps as it is large.
 * What the rounding drops is found exactly (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B) and put back to first order.
 * NaN for `∞ − ∞` and `−∞ − −∞`.
 */
export function expDifference(a: AnyTensor, b: AnyTensor): AnyTensor {
  const difference: AnyTensor = sub(a, b);
  const subtracted: AnyTensor = sub(difference, a);
  const dropped = sub(sub(a, sub(difference, subtracted) as AnyTensor), add(b, subtracted) as AnyTensor);
  // Of an infinite difference the rest is NaN, but e^−∞ is 0 all the same.
  const rest: AnyTensor = where(less(Number.NEGATIVE_INFINITY, difference), dropped as AnyTensor, 0);
  const power: AnyTensor = exp(difference);
  return add(power, mul(power, rest) as AnyTensor) as AnyTensor;
}
