import { apply, composite, type DType, equal, type Op, type Shape, type Tensor } from "@adjoint/tensor";

export const logicalNotOp: Op = composite("logicalNot", {
  accepts: () => ["bool"],
  differentiable: false,
  scalar: (x) => Number(x === 0),
  lower: ([x]) => equal(x, 0),
});

/** Does it not hold? As bool; of a number "is 0", so that NaN gives false. Shape: any, elementwise. Gradient: 0. */
export function logicalNot<S extends Shape>(x: Tensor<S, DType>): Tensor<S, "bool"> {
  return apply(logicalNotOp, [x]) as Tensor<Shape, DType> as Tensor<S, "bool">;
}
