import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, NumberOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";

export const negPrimitive: Op = primitive("neg", {
  passesZeros: true,
  accepts: "number",
  vjp: ({ cotangent }) => [neg(cotangent)],
  scalar: (x) => -x,
});

/**
 * `−x`. Shape: any, elementwise. Gradient: `x̄ = −ȳ`. Keeps the dtype (bool becomes int32); int32 wraps at −2³¹.
 */
export function neg<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return apply(negPrimitive, [x]) as Tensor<S, NumberOf<D>>;
}
