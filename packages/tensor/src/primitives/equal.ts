import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryShape, Checked, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";

export const equalPrimitive: Op = primitive("equal", {
  commutative: true,
  accepts: "any",
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a === b),
});

/**
 * `a = b` as bool. Shapes broadcast as in NumPy. NaN equals nothing. Gradient: 0. Throws {@link ShapeError}.
 */
export function equal<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"equal", A, B>>,
): Tensor<Result<BinaryShape<"equal", A, B>>, "bool"> {
  return apply(equalPrimitive, [a, b]) as Tensor<Result<BinaryShape<"equal", A, B>>, "bool">;
}
