import { apply, type Operand } from "../graph/apply.ts";
import { leaves, type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, BinaryShape, Checked, FloatOf, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { binaryOperands } from "../kernels/elementwise.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

export const divPrimitive: Op = primitive("div", {
  passesZeros: ([, b]) => b.op === leaves.literal && b.attributes.value !== 0,
  vjp: ({ inputs: [, b], output, cotangent }) => [div(cotangent, b), neg(mul(cotangent, div(output, b)))],
  elementwise: true,
  // A loop of its own: called element by element, the optimizer's updates took twice as long.
  reference(inputs, output) {
    const { a, b, stepA, stepB } = binaryOperands(inputs, output);
    const y = output.values;
    for (let k = 0, i = 0, j = 0; k < y.length; k++, i += stepA, j += stepB) y[k] = a[i] / b[j];
  },
});

/**
 * `a / b`; integers give float32. Shapes broadcast as in NumPy. Gradients: `ā = ȳ / b`, `b̄ = −ȳ (a / b) / b`, summed over stretched axes.
 * `x / 0` is ±∞, `0 / 0` NaN (IEEE 754). Throws {@link ShapeError}.
 */
export function div<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"div", A, B>>,
): Tensor<Result<BinaryShape<"div", A, B>>, FloatOf<BinaryDType<A, B>>> {
  return apply(divPrimitive, [a, b]) as Tensor<Result<BinaryShape<"div", A, B>>, FloatOf<BinaryDType<A, B>>>;
}
