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

export const greaterEqualOp: Op = composite("greaterEqual", {
  accepts: "any",
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a >= b),
  lower: ([a, b]) => logicalOr(less(b, a), equal(a, b)),
});

/**
 * `a ≥ b` as bool. Shapes broadcast as in NumPy. False beside NaN, where `not a < b` would be true. Gradient: 0. Throws {@link ShapeError}.
 */
export function greaterEqual<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"greaterEqual", A, B>>,
): Tensor<Result<BinaryShape<"greaterEqual", A, B>>, "bool"> {
  return apply(greaterEqualOp, [a, b]) as Tensor<Result<BinaryShape<"greaterEqual", A, B>>, "bool">;
}
