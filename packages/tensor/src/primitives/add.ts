import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, BinaryShape, Checked, NumberOf, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";

export const addPrimitive: Op = primitive("add", {
  accepts: "number",
  vjp: ({ cotangent }) => [cotangent, cotangent],
  scalar: (a, b) => a + b,
});

/**
 * `a + b`. Shapes broadcast as in NumPy. Gradients: `ā = ȳ`, `b̄ = ȳ`, summed over stretched axes.
 * Integers wrap; bool counts as int32. Throws {@link ShapeError}.
 */
export function add<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"add", A, B>>,
): Tensor<Result<BinaryShape<"add", A, B>>, NumberOf<BinaryDType<A, B>>> {
  return apply(addPrimitive, [a, b]) as Tensor<Result<BinaryShape<"add", A, B>>, NumberOf<BinaryDType<A, B>>>;
}
