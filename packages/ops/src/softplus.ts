import {
  abs,
  add,
  apply,
  composite,
  type DType,
  equal,
  exp,
  type FloatOf,
  log,
  log1p,
  maximum,
  mul,
  neg,
  type Op,
  primitives,
  type Shape,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { softplus as scalarSoftplus } from "@adjoint/tensor/special";
import { sigmoid } from "./sigmoid.ts";

const because = "eˣ overflows where log(1 + eˣ) is near x";

export const softplusOp: Op = composite("softplus", {
  scalar: scalarSoftplus,
  lower: ([x]) => add(maximum(x, 0), log1p(exp(neg(abs(x))))),
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, sigmoid(x))],
  replaces: [
    { written: (x) => log(add(1, exp(x))), ops: [primitives.log, primitives.add, primitives.exp], because },
    { written: (x) => log1p(exp(x)), ops: [primitives.log1p, primitives.exp], because },
    {
      written: (x) => sub(softplus(x), x),
      get ops() {
        return [primitives.sub, softplusOp];
      },
      // ∞ − ∞ is NaN as the formula is written.
      becomes: ({ operands: [x] }) => where(equal(x, Number.POSITIVE_INFINITY), Number.NaN, softplus(neg(x))),
      because: "where x is large, the difference to softplus is rounded away",
    },
    {
      written: (x) => add(x, softplus(neg(x))),
      get ops() {
        return [primitives.add, softplusOp, primitives.neg];
      },
      becomes: ({ operands: [x] }) => where(equal(x, Number.NEGATIVE_INFINITY), Number.NaN, softplus(x)),
      because: "where −x is large, the sum is rounded away",
    },
  ],
});

/**
 * `log(1 + eˣ)`, as `max(x, 0) + log1p(e^−|x|)`: the obvious form overflows for x > 88 in float32 (Mächler 2012).
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ σ(x)`; through max and abs the second derivative at 0 would be 0, not ¼.
 * −∞ gives 0, ∞ gives ∞.
 */
export function softplus<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(softplusOp, [x]) as Tensor<S, FloatOf<D>>;
}
