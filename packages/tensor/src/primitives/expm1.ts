import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, addPrimitive } from "./add.ts";
import { exp, expPrimitive } from "./exp.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { sub, subPrimitive } from "./sub.ts";

const because = "near x = 0 the difference of eˣ and 1 is what eˣ rounds away";

export const expm1Primitive: Op = primitive("expm1", {
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, exp(x))],
  scalar: Math.expm1,
  replaces: [
    { written: (x) => sub(exp(x), 1), ops: [subPrimitive, expPrimitive], because },
    { written: (x) => add(exp(x), -1), ops: [addPrimitive, expPrimitive], because },
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
