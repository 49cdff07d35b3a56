import { apply } from "../graph/apply.ts";
import { type Op, primitive } from "../graph/op.ts";
import type { DType, NumberOf, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { less } from "./less.ts";
import { mul, mulPrimitive } from "./mul.ts";
import { pow, powPrimitive } from "./pow.ts";
import { sqrt, sqrtPrimitive } from "./sqrt.ts";
import { where } from "./where.ts";

const because = "x² overflows and underflows, and the derivative of its root at 0 is 0/0";

export const absPrimitive: Op = primitive("abs", {
  accepts: "number",
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, signum(x))],
  scalar: Math.abs,
  replaces: [
    { written: (x) => sqrt(mul(x, x)), ops: [sqrtPrimitive, mulPrimitive], because },
    { written: (x) => sqrt(pow(x, 2)), ops: [sqrtPrimitive, powPrimitive], because },
  ],
});

/** −1, 0 or 1; NaN at NaN. Its derivative is 0 everywhere, also where x is 0. */
function signum(x: AnyTensor): AnyTensor {
  return where(less(0, x), 1, where(less(x, 0), -1, mul(x, 0)));
}

/**
 * `|x|`. Shape: any, elementwise. Gradient: `x̄ = ȳ sign(x)`, the subgradient 0 at 0 and NaN at NaN.
 * Keeps the dtype (bool becomes int32).
 */
export function abs<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return apply(absPrimitive, [x]) as Tensor<S, NumberOf<D>>;
}
