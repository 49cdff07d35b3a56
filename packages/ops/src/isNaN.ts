import { apply, composite, type DType, equal, type Op, type Shape, type Tensor } from "@adjoint/tensor";
import { logicalNot } from "./logicalNot.ts";

export const isNaNOp: Op = composite("isNaN", {
  dtype: () => "bool",
  differentiable: false,
  scalar: (x) => Number(Number.isNaN(x)),
  lower: ([x]) => logicalNot(equal(x, x)),
});

/** Is it NaN? As bool. Integers are numbers like others here. Shape: any, elementwise. Gradient: 0. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name that NumPy and JAX give it
export function isNaN<S extends Shape>(x: Tensor<S, DType>): Tensor<S, "bool"> {
  return apply(isNaNOp, [x]) as Tensor<Shape, DType> as Tensor<S, "bool">;
}
