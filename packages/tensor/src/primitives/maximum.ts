import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, BinaryShape, Checked, Result } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { add } from "./add.ts";
import { equal } from "./equal.ts";
import { less } from "./less.ts";
import { mul } from "./mul.ts";
import { where } from "./where.ts";

export const maximumPrimitive: Op = primitive("maximum", {
  commutative: true,
  accepts: "any",
  vjp: ({ inputs: [a, b], cotangent }) => [
    mul(cotangent, shareOfLarger(a, b)),
    mul(cotangent, shareOfLarger(b, a)),
  ],
  scalar: (a, b) => Math.max(a, b),
});

/** What of the cotangent goes to `x` if the larger gets it: all, half where they are equal, none; NaN if either is NaN. */
export function shareOfLarger(x: AnyTensor, other: AnyTensor): AnyTensor {
  const decided = where(less(other, x), 1, where(less(x, other), 0, mul(add(x, other), 0)));
  return where(equal(x, other), 0.5, decided);
}

/**
 * The larger of `a` and `b`; NaN if either is NaN. Shapes broadcast as in NumPy.
 * Gradient: to the larger one, half to each where they are equal, NaN where either is NaN; summed over stretched axes.
 * Throws {@link ShapeError}.
 */
export function maximum<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"maximum", A, B>>,
): Tensor<Result<BinaryShape<"maximum", A, B>>, BinaryDType<A, B>> {
  return apply(maximumPrimitive, [a, b]) as Tensor<Result<BinaryShape<"maximum", A, B>>, BinaryDType<A, B>>;
}
