import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, BinaryShape, Checked, NumberOf, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";

export const mulPrimitive: Op = primitive("mul", {
  accepts: "number",
  vjp: ({ inputs: [a, b], cotangent }) => [mul(cotangent, b), mul(cotangent, a)],
  scalar: (a, b) => a * b,
  integerScalar: Math.imul,
});

/**
 * `a b`, elementwise. Shapes broadcast as in NumPy. Gradients: `ā = ȳ b`, `b̄ = ȳ a`, summed over stretched axes.
 * `0 · NaN` and `0 · ∞` are NaN (IEEE 754). Integers wrap; bool counts as int32. Throws {@link ShapeError}.
 */
export function mul<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"mul", A, B>>,
): Tensor<Result<BinaryShape<"mul", A, B>>, NumberOf<BinaryDType<A, B>>> {
  return apply(mulPrimitive, [a, b]) as Tensor<Result<BinaryShape<"mul", A, B>>, NumberOf<BinaryDType<A, B>>>;
}
