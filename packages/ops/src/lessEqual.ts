import {
  apply,
  type BinaryShape,
  type Checked,
  composite,
  equal,
  less,
  type Op,
  type Operand,
  type Result,
  type Tensor,
} from "@adjoint/tensor";
import { logicalOr } from "./logicalOr.ts";

export const lessEqualOp: Op = composite("lessEqual", {
  accepts: "any",
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a <= b),
  lower: ([a, b]) => logicalOr(less(a, b), equal(a, b)),
});

/**
 * `a ≤ b` as bool. Shapes broadcast as in NumPy. False beside NaN, where `not b < a` would be true. Gradient: 0. Throws {@link ShapeError}.
 */
export function lessEqual<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"lessEqual", A, B>>,
): Tensor<Result<BinaryShape<"lessEqual", A, B>>, "bool"> {
  return apply(lessEqualOp, [a, b]) as Tensor<Result<BinaryShape<"lessEqual", A, B>>, "bool">;
}
