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
  maximum,
  minimum,
  mul,
  neg,
  type Op,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { silu as scalarSilu } from "@adjoint/tensor/special";
import { sigmoid } from "./sigmoid.ts";

export const siluOp: Op = composite("silu", {
  scalar: scalarSilu,
  lower([x]) {
    // Half the exponent, twice: x times a subnormal σ(x) would have few digits. The bound keeps −∞ · 0 away.
    const half = exp(mul(-0.5, abs(x)));
    const tail = mul(mul(maximum(x, -10000), half), half);
    return div(where(less(x, 0), tail, x), add(1, mul(half, half)));
  },
  vjp: ({ inputs: [x], output, cotangent }) => [
    // The bound changes nothing, since σ(−x) is 0 there, but for ∞ · 0.
    mul(cotangent, add(sigmoid(x), mul(minimum(output, 10000), sigmoid(neg(x))))),
  ],
});

/**
 * `x σ(x)`, also called swish (Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017).
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ (σ(x) + y σ(−x))`. −∞ gives −0, its limit.
 * Numerics: one quotient `x e^−|x| / (1 + e^−|x|)` for x < 0, accurate where σ(x) alone is subnormal.
 */
export function silu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(siluOp, [x]) as Tensor<S, FloatOf<D>>;
}
