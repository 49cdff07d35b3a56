import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryDType, BinaryShape, Checked, FloatOf, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

export const divPrimitive: Op = primitive("div", {
  vjp: ({ inputs: [, b], output, cotangent }) => [div(cotangent, b), neg(mul(cotangent, div(output, b)))],
  scalar: (a, b) => a / b,
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
