import {
  apply,
  type BinaryShape,
  type Checked,
  composite,
  equal,
  type Op,
  type Operand,
  type Result,
  type Tensor,
} from "@adjoint/tensor";
import { logicalNot } from "./logicalNot.ts";

export const notEqualOp: Op = composite("notEqual", {
  accepts: "any",
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a !== b),
  lower: ([a, b]) => logicalNot(equal(a, b)),
});

/**
 * `a ≠ b` as bool. Shapes broadcast as in NumPy. NaN differs from everything, itself included. Gradient: 0. Throws {@link ShapeError}.
 */
export function notEqual<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"notEqual", A, B>>,
): Tensor<Result<BinaryShape<"notEqual", A, B>>, "bool"> {
  return apply(notEqualOp, [a, b]) as Tensor<Result<BinaryShape<"notEqual", A, B>>, "bool">;
}
