import {
  abs,
  add,
  apply,
  composite,
  type DType,
  div,
  exp,
  type FloatOf,
  less,
  mul,
  neg,
  type Op,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { sigmoid as scalarSigmoid } from "@adjoint/tensor/special";
import { logisticPdf } from "./logisticPdf.ts";

export const sigmoidOp: Op = composite("sigmoid", {
  scalar: scalarSigmoid,
  lower([x]) {
    const decay = exp(neg(abs(x)));
    return div(where(less(x, 0), decay, 1), add(1, decay));
  },
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, logisticPdf(x))],
});

/**
 * Logistic function `σ(x) = 1 / (1 + e⁻ˣ)`. Shape: any, elementwise.
 *
 * Gradient: `x̄ = ȳ σ(x) σ(−x)`, by {@link logisticPdf}. −∞ gives 0, ∞ gives 1.
 * Numerics: lowered to `e^−|x| / (1 + e^−|x|)` or `1 / (1 + e^−|x|)`, which neither overflow nor cancel.
 */
export function sigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(sigmoidOp, [x]) as Tensor<S, FloatOf<D>>;
}
