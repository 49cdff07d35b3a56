import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { sin } from "./sin.ts";

export const cosPrimitive: Op = primitive("cos", {
  vjp: ({ inputs: [x], cotangent }) => [neg(mul(cotangent, sin(x)))],
  scalar: Math.cos,
});

/**
 * Cosine of an angle in radians. Shape: any, elementwise. Gradient: `x̄ = −ȳ sin x`. ±∞ gives NaN.
 */
export function cos<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(cosPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
