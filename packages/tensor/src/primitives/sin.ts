import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { cos, cosPrimitive } from "./cos.ts";
import { mul } from "./mul.ts";
import { sub, subPrimitive } from "./sub.ts";

const because = "near x = 0 the cosine rounds to 1; 1 − cos x is 2 sin²(x/2)";

export const sinPrimitive: Op = primitive("sin", {
  replaces: [
    {
      written: (x) => sub(1, cos(x)),
      get ops() {
        return [subPrimitive, cosPrimitive];
      },
      becomes: ({ operands: [x] }) => mul(2, mul(sin(mul(0.5, x)), sin(mul(0.5, x)))),
      because,
    },
    {
      written: (x) => sub(cos(x), 1),
      get ops() {
        return [subPrimitive, cosPrimitive];
      },
      becomes: ({ operands: [x] }) => mul(-2, mul(sin(mul(0.5, x)), sin(mul(0.5, x)))),
      because,
    },
  ],
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, cos(x))],
  scalar: Math.sin,
});

/**
 * Sine of an angle in radians. Shape: any, elementwise. Gradient: `x̄ = ȳ cos x`. ±∞ gives NaN.
 */
export function sin<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(sinPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
