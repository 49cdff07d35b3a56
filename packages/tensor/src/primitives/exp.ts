import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { add } from "./add.ts";
import { div, divPrimitive } from "./div.ts";
import { mul, mulPrimitive } from "./mul.ts";
import { neg } from "./neg.ts";
import { sqrt, sqrtPrimitive } from "./sqrt.ts";

const because = "an exponential overflows or underflows where what is made of it does not";

export const expPrimitive: Op = primitive("exp", {
  vjp: ({ output, cotangent }) => [mul(cotangent, output)],
  scalar: Math.exp,
  replaces: [
    {
      written: (a, b) => mul(exp(a), exp(b)),
      get ops() {
        return [mulPrimitive, expPrimitive];
      },
      becomes: ({ operands: [a, b] }) => exp((a === b ? mul(2, a) : add(a, b)) as AnyTensor),
      because,
    },
    {
      written: (x) => div(1, exp(x)),
      get ops() {
        return [divPrimitive, expPrimitive];
      },
      becomes: ({ operands: [x] }) => exp(neg(x)),
      because,
    },
    {
      written: (a, x) => div(a, exp(x)),
      get ops() {
        return [divPrimitive, expPrimitive];
      },
      becomes: ({ operands: [a, x] }) => mul(a, exp(neg(x))) as AnyTensor,
      because,
    },
    {
      written: (a, c, x) => div(a, mul(c, exp(x))),
      get ops() {
        return [divPrimitive, mulPrimitive, expPrimitive];
      },
      becomes: ({ operands: [a, c, x] }) => mul(div(a, c), exp(neg(x))) as AnyTensor,
      because,
    },
    {
      written: (x) => sqrt(exp(x)),
      get ops() {
        return [sqrtPrimitive, expPrimitive];
      },
      becomes: ({ operands: [x] }) => exp(mul(0.5, x) as AnyTensor),
      because,
    },
  ],
});

/**
 * `eˣ`. Shape: any, elementwise. Gradient: `x̄ = ȳ eˣ`. Overflows to ∞ for x > 88.72 in float32, 709.78 in float64.
 */
export function exp<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(expPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
