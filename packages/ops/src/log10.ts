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

export const log10Op: Op = composite("log10", {
  scalar: Math.log10,
  lower: ([x]) => mul(log(x), 1 / Math.LN10),
  vjp: ({ inputs: [x], cotangent }) => [div(mul(cotangent, 1 / Math.LN10), x)],
});

/**
 * Logarithm to base 10. Shape: any, elementwise. Gradient: `x̄ = ȳ / (x log 10)`. 0 gives −∞, less gives NaN.
 */
export function log10<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(log10Op, [x]) as Tensor<S, FloatOf<D>>;
}
