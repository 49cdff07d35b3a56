import { abs, apply, composite, type DType, equal, type Op, type Shape, type Tensor } from "@adjoint/tensor";

export const isInfiniteOp: Op = composite("isInfinite", {
  dtype: () => "bool",
  differentiable: false,
  scalar: (x) => Number(x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY),
  lower: ([x]) => equal(abs(x), Number.POSITIVE_INFINITY),
});

/** Is it ∞ or −∞? As bool. Integers are numbers like others here. Shape: any, elementwise. Gradient: 0. */
export function isInfinite<S extends Shape>(x: Tensor<S, DType>): Tensor<S, "bool"> {
  return apply(isInfiniteOp, [x]) as Tensor<Shape, DType> as Tensor<S, "bool">;
}
