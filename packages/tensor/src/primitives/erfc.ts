import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { erfc as scalarErfc } from "../kernels/special/erfc.ts";
import { add, addPrimitive } from "./add.ts";
import { erf, erfPrimitive } from "./erf.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { sub, subPrimitive } from "./sub.ts";

const because = "erf rounds to ±1 where what it lacks is small but not 0";

export const erfcPrimitive: Op = primitive("erfc", {
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, mul(-2 / Math.sqrt(Math.PI), exp(neg(mul(x, x)))))],
  scalar: scalarErfc,
  replaces: [
    { written: (x) => sub(1, erf(x)), ops: [subPrimitive, erfPrimitive], because },
    {
      written: (x) => add(1, erf(x)),
      ops: [addPrimitive, erfPrimitive],
      becomes: ({ operands: [x] }) => erfc(neg(x)),
      because,
    },
  ],
});

/**
 * `1 − erf(x)`, accurate where erf rounds to 1. Shape: any, elementwise. Gradient: `x̄ = −ȳ 2/√π e^−x²`.
 */
export function erfc<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(erfcPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
