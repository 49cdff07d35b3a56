import {
  type AnyTensor,
  abs,
  add,
  apply,
  composite,
  type DType,
  div,
  equal,
  expm1,
  type FloatOf,
  less,
  mul,
  neg,
  type Op,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { tanh as scalarTanh } from "@adjoint/tensor/special";
import { logisticPdf } from "./logisticPdf.ts";

export const tanhOp: Op = composite("tanh", {
  scalar: scalarTanh,
  lower([x]) {
    const growth = expm1(mul(-2, abs(x)));
    const size = neg(div(growth, add(2, growth)));
    // Keeps the sign of zero.
    return where(equal(x, 0), x, where(less(x, 0), neg(size), size)) as AnyTensor;
  },
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, mul(4, logisticPdf(mul(2, x))))],
});

/**
 * Hyperbolic tangent `(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`. Shape: any, elementwise.
 *
 * Gradient: `x̄ = 4 ȳ σ(2x) σ(−2x)`, which is `ȳ (1 − y²)` without its cancellation: that is 0 for |x| > 9 in float32.
 * Numerics: lowered to `−t / (2 + t)` with `t = expm1(−2|x|)`, so that small x keep all their digits.
 */
export function tanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(tanhOp, [x]) as Tensor<S, FloatOf<D>>;
}
