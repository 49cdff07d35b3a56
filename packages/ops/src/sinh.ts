import {
  type AnyTensor,
  abs,
  add,
  apply,
  composite,
  type DType,
  div,
  equal,
  exp,
  expm1,
  type FloatOf,
  less,
  mul,
  neg,
  type Op,
  primitives,
  type Shape,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { sinh as scalarSinh } from "@adjoint/tensor/special";
import { cosh } from "./cosh.ts";

const cancel = "near x = 0 the two exponentials agree in their leading digits, which cancel";
const overflow = "twice the sine overflows before it does";

export const sinhOp: Op = composite("sinh", {
  scalar: scalarSinh,
  lower([x]) {
    const size = abs(x);
    const growth = expm1(size);
    const near = mul(0.5, add(growth, div(growth, add(growth, 1))));
    // From 22 on e⁻ˣ is lost beside eˣ, whose half is finite where eˣ is not.
    const root = exp(mul(0.5, size));
    const far = mul(mul(0.5, root), root);
    const rise = where(less(size, 22), near, far);
    return where(equal(x, 0), x, where(less(x, 0), neg(rise), rise));
  },
  replaces: [
    {
      written: (x) => sub(exp(x), exp(neg(x))),
      ops: [primitives.sub, primitives.exp, primitives.neg],
      becomes: ({ operands: [x] }) => mul(2, sinh(x)) as AnyTensor,
      because: cancel,
    },
    {
      written: (x) => div(mul(2, sinh(x)), 2),
      get ops() {
        return [primitives.div, sinhOp];
      },
      because: overflow,
    },
    {
      written: (x) => mul(0.5, mul(2, sinh(x))),
      get ops() {
        return [primitives.mul, sinhOp];
      },
      because: overflow,
    },
  ],
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, cosh(x))],
});

/**
 * Hyperbolic sine `(eˣ − e⁻ˣ) / 2`. Shape: any, elementwise. Gradient: `x̄ = ȳ cosh x`.
 * Numerics: by expm1 near 0; finite as long as the result is, beyond where eˣ overflows.
 */
export function sinh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(sinhOp, [x]) as Tensor<S, FloatOf<D>>;
}
