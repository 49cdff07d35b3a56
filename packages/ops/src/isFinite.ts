import { abs, apply, composite, type DType, less, type Op, type Shape, type Tensor } from "@adjoint/tensor";

export const isFiniteOp: Op = composite("isFinite", {
  dtype: () => "bool",
  differentiable: false,
  scalar: (x) => Number(Number.isFinite(x)),
  lower: ([x]) => less(abs(x), Number.POSITIVE_INFINITY),
});

/** Is it neither ±∞ nor NaN? As bool. Integers are numbers like others here. Shape: any, elementwise. Gradient: 0. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name that NumPy and JAX give it
export function isFinite<S extends Shape>(x: Tensor<S, DType>): Tensor<S, "bool"> {
  return apply(isFiniteOp, [x]) as Tensor<Shape, DType> as Tensor<S, "bool">;
}
