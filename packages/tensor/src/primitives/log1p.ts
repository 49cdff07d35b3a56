import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, FloatOf, Shape } from "../graph/shape-types.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, addPrimitive } from "./add.ts";
import { div } from "./div.ts";
import { log, logPrimitive } from "./log.ts";
import { neg } from "./neg.ts";
import { sub, subPrimitive } from "./sub.ts";

export const log1pPrimitive: Op = primitive("log1p", {
  vjp: ({ inputs: [x], cotangent }) => [div(cotangent, add(x, 1))],
  scalar: Math.log1p,
  replaces: [
    {
      written: (x) => log(add(1, x)),
      ops: [logPrimitive, addPrimitive],
      because: "1 + x rounds away what x is less than 1",
    },
    {
      written: (x) => log(sub(1, x)),
      ops: [logPrimitive, subPrimitive],
      becomes: ({ operands: [x] }) => log1p(neg(x)),
      because: "1 − x rounds away what x is less than 1",
    },
  ],
});

/**
 * `log(1 + x)`, accurate where `1 + x` rounds to 1.
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ / (1 + x)`. Domain: x > −1; −1 gives −∞, less gives NaN (IEEE 754).
 */
export function log1p<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(log1pPrimitive, [x]) as Tensor<S, FloatOf<D>>;
}
