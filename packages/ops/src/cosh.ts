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
  mul,
  neg,
  type Op,
  primitives,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { cosh as scalarCosh } from "@adjoint/tensor/special";
import { sinh } from "./sinh.ts";

const because =
  "the exponentials overflow before half their sum does, and near 0 they cancel in its derivative";

export const coshOp: Op = composite("cosh", {
  scalar: scalarCosh,
  lower([x]) {
    const size = abs(x);
    const growth = exp(size);
    const near = mul(0.5, add(growth, div(1, growth)));
    // From 22 on e⁻ˣ is lost beside eˣ, whose half is finite where eˣ is not.
    const root = exp(mul(0.5, size));
    return where(less(size, 22), near, mul(mul(0.5, root), root));
  },
  replaces: [
    {
      written: (x) => div(add(exp(x), exp(neg(x))), 2),
      ops: [primitives.div, primitives.add, primitives.exp, primitives.neg],
      because,
    },
    {
      written: (x) => mul(0.5, add(exp(x), exp(neg(x)))),
      ops: [primitives.mul, primitives.add, primitives.exp, primitives.neg],
      because,
    },
  ],
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, sinh(x))],
});

/**
 * Hyperbolic cosine `(eˣ + e⁻ˣ) / 2`. Shape: any, elementwise. Gradient: `x̄ = ȳ sinh x`.
 * Numerics: finite as long as the result is, beyond where eˣ overflows.
 */
export function cosh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(coshOp, [x]) as Tensor<S, FloatOf<D>>;
}
