import {
  type AnyTensor,
  add,
  apply,
  type BinaryDType,
  type BinaryShape,
  type Checked,
  composite,
  exp,
  type FloatOf,
  less,
  mul,
  neg,
  type Op,
  type Operand,
  type Result,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { expDifference as scalarExpDifference } from "./kernels/expDifference.ts";

export const expDifferenceOp: Op = composite("expDifference", {
  scalar: scalarExpDifference,
  lower([a, b]) {
    const difference: AnyTensor = sub(a, b);
    const subtracted: AnyTensor = sub(difference, a);
    const dropped = sub(sub(a, sub(difference, subtracted) as AnyTensor), add(b, subtracted) as AnyTensor);
    // Of an infinite difference the rest is NaN, but e^−∞ is 0 all the same.
    const rest: AnyTensor = where(less(Number.NEGATIVE_INFINITY, difference), dropped as AnyTensor, 0);
    const power: AnyTensor = exp(difference);
    return add(power, mul(power, rest) as AnyTensor);
  },
  vjp({ output, cotangent }) {
    const slope: AnyTensor = mul(cotangent, output);
    return [slope, neg(slope)];
  },
});

/**
 * `e^(a − b)` for `a ≤ b`, such as a maximum: the share of an element in a sum of exponentials, relative to the largest.
 *
 * Shape: elementwise. Gradients: `ā = ȳ y`, `b̄ = −ȳ y`. Domain: `a ≤ b`, of others nothing is said; NaN for `∞ − ∞` and `−∞ − −∞`.
 * Numerics: a few ulps. That of the rounded difference would be off by as many ulps as it is large; what the rounding drops is
 * found exactly (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B) and put back to first order.
 * Throws {@link ShapeError}.
 */
export function expDifference<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"expDifference", A, B>>,
): Tensor<Result<BinaryShape<"expDifference", A, B>>, FloatOf<BinaryDType<A, B>>> {
  return apply(expDifferenceOp, [a, b]) as never;
}
