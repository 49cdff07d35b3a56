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

export const logicalXorOp: Op = composite("logicalXor", {
  accepts: (dtypes) => dtypes.map(() => "bool"),
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a !== b),
  lower: ([a, b]) => logicalNot(equal(a, b)),
});

/**
 * Does exactly one hold? As bool; of numbers "not 0", so that NaN holds. Shapes broadcast as in NumPy. Gradient: 0. Throws {@link ShapeError}.
 */
export function logicalXor<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"logicalXor", A, B>>,
): Tensor<Result<BinaryShape<"logicalXor", A, B>>, "bool"> {
  return apply(logicalXorOp, [a, b]) as Tensor<Result<BinaryShape<"logicalXor", A, B>>, "bool">;
}
