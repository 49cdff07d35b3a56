import {
  apply,
  type BinaryShape,
  type Checked,
  composite,
  maximum,
  type Op,
  type Operand,
  type Result,
  type Tensor,
} from "@adjoint/tensor";

export const logicalOrOp: Op = composite("logicalOr", {
  accepts: (dtypes) => dtypes.map(() => "bool"),
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a !== 0 || b !== 0),
  lower: ([a, b]) => maximum(a, b),
});

/**
 * Does at least one hold? As bool; of numbers "not 0", so that NaN holds. Shapes broadcast as in NumPy. Gradient: 0. Throws {@link ShapeError}.
 */
export function logicalOr<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"logicalOr", A, B>>,
): Tensor<Result<BinaryShape<"logicalOr", A, B>>, "bool"> {
  return apply(logicalOrOp, [a, b]) as Tensor<Result<BinaryShape<"logicalOr", A, B>>, "bool">;
}
