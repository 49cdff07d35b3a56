import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, BinaryShape, Checked, NumberOf, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { binaryOperands } from "../kernels/elementwise.ts";
import { neg } from "./neg.ts";

export const subPrimitive: Op = primitive("sub", {
  passesZeros: true,
  accepts: "number",
  vjp: ({ cotangent }) => [cotangent, neg(cotangent)],
  elementwise: true,
  // A loop of its own: called element by element, the optimizer's updates took twice as long.
  reference(inputs, output) {
    const { a, b, stepA, stepB } = binaryOperands(inputs, output);
    const y = output.values;
    for (let k = 0, i = 0, j = 0; k < y.length; k++, i += stepA, j += stepB) y[k] = a[i] - b[j];
  },
});

/**
 * `a − b`. Shapes broadcast as in NumPy. Gradients: `ā = ȳ`, `b̄ = −ȳ`, summed over stretched axes.
 * Integers wrap; bool counts as int32. Throws {@link ShapeError}.
 */
export function sub<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"sub", A, B>>,
): Tensor<Result<BinaryShape<"sub", A, B>>, NumberOf<BinaryDType<A, B>>> {
  return apply(subPrimitive, [a, b]) as Tensor<Result<BinaryShape<"sub", A, B>>, NumberOf<BinaryDType<A, B>>>;
}
