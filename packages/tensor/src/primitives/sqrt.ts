import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";

export const sqrtPrimitive: Op = primitive("sqrt", {
  vjp: ({ output, cotangent }) => [div(cotangent, mul(2, output))],
  scalar: Math.sqrt,
});

/**
 * `√x`. Shape: any, elementwise. Gradient: `x̄ = ȳ / (2 √x)`, ∞ at 0. Less than 0 gives NaN; −0 gives −0 (IEEE 754).
 */
export function sqrt<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(sqrtPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
