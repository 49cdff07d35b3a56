import {
  apply,
  composite,
  type DType,
  div,
  type FloatOf,
  log,
  mul,
  type Op,
  type Shape,
  type Tensor,
} from "@adjoint/tensor";

export const log2Op: Op = composite("log2", {
  scalar: Math.log2,
  lower: ([x]) => mul(log(x), 1 / Math.LN2),
  vjp: ({ inputs: [x], cotangent }) => [div(mul(cotangent, 1 / Math.LN2), x)],
});

/**
 * Logarithm to base 2. Shape: any, elementwise. Gradient: `x̄ = ȳ / (x log 2)`. 0 gives −∞, less gives NaN.
 */
export function log2<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(log2Op, [x]) as Tensor<S, FloatOf<D>>;
}
