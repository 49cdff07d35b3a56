import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul } from "./mul.ts";

export const expPrimitive: Op = primitive("exp", {
  vjp: ({ output, cotangent }) => [mul(cotangent, output)],
  scalar: Math.exp,
});

/**
 * `eˣ`. Shape: any, elementwise. Gradient: `x̄ = ȳ eˣ`. Overflows to ∞ for x > 88.72 in float32, 709.78 in float64.
 */
export function exp<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(expPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
