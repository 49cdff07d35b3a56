import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { div } from "./div.ts";

export const logPrimitive: Op = primitive("log", {
  vjp: ({ inputs: [x], cotangent }) => [div(cotangent, x)],
  scalar: Math.log,
});

/**
 * Natural logarithm. Shape: any, elementwise. Gradient: `x̄ = ȳ / x`. 0 gives −∞, less gives NaN (IEEE 754).
 */
export function log<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(logPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
