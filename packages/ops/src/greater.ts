import {
  apply,
  type BinaryShape,
  type Checked,
  composite,
  less,
  type Op,
  type Operand,
  type Result,
  type Tensor,
} from "@adjoint/tensor";

export const greaterOp: Op = composite("greater", {
  accepts: "any",
  dtype: () => "bool",
  differentiable: false,
  scalar: (a, b) => Number(a > b),
  lower: ([a, b]) => less(b, a),
});

/**
 * `a > b` as bool. Shapes broadcast as in NumPy. NaN is greater than nothing. Gradient: 0. Throws {@link ShapeError}.
 */
export function greater<A extends Operand, B extends Operand>(
  a: A,
  b: B & Checked<BinaryShape<"greater", A, B>>,
): Tensor<Result<BinaryShape<"greater", A, B>>, "bool"> {
  return apply(greaterOp, [a, b]) as Tensor<Result<BinaryShape<"greater", A, B>>, "bool">;
}
