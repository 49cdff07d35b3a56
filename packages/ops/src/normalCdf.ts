import {
  add,
  apply,
  composite,
  type DType,
  div,
  erfc,
  exp,
  type FloatOf,
  floor,
  maximum,
  minimum,
  mul,
  neg,
  type Op,
  primitives,
  type Shape,
  sub,
  type Tensor,
} from "@adjoint/tensor";
import { normalCdf as scalarNormalCdf } from "@adjoint/tensor/special";
import { normalPdf } from "./normalPdf.ts";

// √½ as a number of 11 bits, whose product with a multiple of 1/16 is exact, and the rest.
const SQRT1_2_HIGH = 0.70703125;
const SQRT1_2_LOW = 0.0000755311865475244;

export const normalCdfOp: Op = composite("normalCdf", {
  scalar: scalarNormalCdf,
  lower([x]) {
    // −x/√2 rounded would be off by x² ulps in erfc: what the rounding drops is put back to first order.
    const bounded = minimum(maximum(neg(x), -100), 100);
    const leading = div(floor(mul(bounded, 16)), 16);
    const high = mul(leading, SQRT1_2_HIGH);
    const low = add(mul(sub(bounded, leading), SQRT1_2_HIGH), mul(bounded, SQRT1_2_LOW));
    const argument = add(high, low);
    const dropped = sub(low, sub(argument, high));
    const slope = mul(2 / Math.sqrt(Math.PI), exp(neg(mul(argument, argument))));
    return mul(0.5, sub(erfc(argument), mul(slope, dropped)));
  },
  replaces: [
    {
      written: (x) => sub(1, normalCdf(x)),
      get ops() {
        return [primitives.sub, normalCdfOp];
      },
      becomes: ({ operands: [x] }) => normalCdf(neg(x)),
      because: "Φ(x) rounds to 1 where 1 − Φ(x) = Φ(−x) is small but not 0",
    },
  ],
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, normalPdf(x))],
});

/**
 * Distribution function of the standard normal, `Φ(x) = ½ erfc(−x/√2)`. Shape: any, elementwise.
 * Gradient: `x̄ = ȳ φ(x)`. −∞ gives 0, ∞ gives 1. Numerics: the tail keeps its digits, also where `1 + erf(x/√2)` is 0.
 */
export function normalCdf<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(normalCdfOp, [x]) as Tensor<S, FloatOf<D>>;
}
