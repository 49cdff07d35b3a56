import {
  apply,
  type BinaryShape,
  type Checked,
  composite,
  minimum,
  type Op,
  type Operand,
  type Result,
  type Tensor,
} from "@adjoint/tensor";

export const logicalAndOp: Op = composite("logicalAnd", {
  accepts: (dtypes) => dtypes.map(() => "bool"),
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a !== 0 && b !== 0),
  lower: ([a, b]) => minimum(a, b),
});

/**
 * Do both hold? As bool; of numbers "not 0", so that NaN holds. Shapes broadcast as in NumPy. Gradient: 0. Throws {@link ShapeError}.
 */
export function logicalAnd<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"logicalAnd", A, B>>,
): Tensor<Result<BinaryShape<"logicalAnd", A, B>>, "bool"> {
  return apply(logicalAndOp, [a, b]) as Tensor<Result<BinaryShape<"logicalAnd", A, B>>, "bool">;
}
