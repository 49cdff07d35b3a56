import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, BinaryShape, Checked, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { shareOfLarger } from "./maximum.ts";
import { mul } from "./mul.ts";

export const minimumPrimitive: Op = primitive("minimum", {
  commutative: true,
  accepts: "any",
  // `a` is the smaller where `b` is the larger.
  vjp: ({ inputs: [a, b], cotangent }) => [
    mul(cotangent, shareOfLarger(b, a)),
    mul(cotangent, shareOfLarger(a, b)),
  ],
  scalar: (a, b) => Math.min(a, b),
});

/**
 * The smaller of `a` and `b`; NaN if either is NaN. Shapes broadcast as in NumPy.
 * Gradient: to the smaller one, half to each where they are equal, NaN where either is NaN; summed over stretched axes.
 * Throws {@link ShapeError}.
 */
export function minimum<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"minimum", A, B>>,
): Tensor<Result<BinaryShape<"minimum", A, B>>, BinaryDType<A, B>> {
  return apply(minimumPrimitive, [a, b]) as Tensor<Result<BinaryShape<"minimum", A, B>>, BinaryDType<A, B>>;
}
