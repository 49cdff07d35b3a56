import { apply } from "../graph/apply.ts";
import { type Match, type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { add, addPrimitive } from "./add.ts";
import { exp, expPrimitive } from "./exp.ts";
import { mul, mulPrimitive } from "./mul.ts";
import { neg } from "./neg.ts";
import { pow, powPrimitive } from "./pow.ts";
import { sub, subPrimitive } from "./sub.ts";

const because = "near x = 0 the difference of eˣ and 1 is what eˣ rounds away";

/** Of the square of an exponential. */
function ofDouble({ operands: [x] }: Match): AnyTensor {
  return expm1(mul(2, x)) as AnyTensor;
}

export const expm1Primitive: Op = primitive("expm1", {
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, exp(x))],
  scalar: Math.expm1,
  replaces: [
    { written: (x) => sub(exp(x), 1), ops: [subPrimitive, expPrimitive], because },
    { written: (x) => add(exp(x), -1), ops: [addPrimitive, expPrimitive], because },
    {
      written: (x) => sub(mul(exp(x), exp(x)), 1),
      ops: [subPrimitive, mulPrimitive, expPrimitive],
      because,
      becomes: ofDouble,
    },
    {
      written: (x) => sub(pow(exp(x), 2), 1),
      ops: [subPrimitive, powPrimitive, expPrimitive],
      because,
      becomes: ofDouble,
    },
    {
      written: (x) => sub(1, exp(x)),
      ops: [subPrimitive, expPrimitive],
      because,
      becomes: ({ operands: [x] }) => neg(expm1(x)),
    },
  ],
});

/**
 * `eˣ − 1`, accurate where `eˣ` rounds to 1.
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ eˣ`, not `ȳ (y + 1)`, which is 0 where y rounds to −1.
 */
export function expm1<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(expm1Primitive, [x]) as Tensor<S, FloatOf<D>>;
}
