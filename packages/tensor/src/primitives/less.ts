import { apply, type Operand } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { BinaryShape, Checked, Result } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";

export const lessPrimitive: Op = primitive("less", {
  accepts: "any",
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a < b),
});

/**
 * `a < b` as bool. Shapes broadcast as in NumPy. NaN is less than nothing. Gradient: 0. Throws {@link ShapeError}.
 */
export function less<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"less", A, B>>,
): Tensor<Result<BinaryShape<"less", A, B>>, "bool"> {
  return apply(lessPrimitive, [a, b]) as Tensor<Result<BinaryShape<"less", A, B>>, "bool">;
}
