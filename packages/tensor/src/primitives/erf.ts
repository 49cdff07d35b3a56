import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { erf as scalarErf } from "../kernels/special/erf.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

export const erfPrimitive: Op = primitive("erf", {
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x, x)))))],
  scalar: scalarErf,
});

/**
 * Error function `2/√π ∫₀ˣ e^−t² dt`. Shape: any, elementwise. Gradient: `x̄ = ȳ 2/√π e^−x²`.
 */
export function erf<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(erfPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
