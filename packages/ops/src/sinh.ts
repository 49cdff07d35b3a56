import {
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
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { sinh as scalarSinh } from "@adjoint/tensor/special";
import { cosh } from "./cosh.ts";

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
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, cosh(x))],
});

/**
 * Hyperbolic sine `(eˣ − e⁻ˣ) / 2`. Shape: any, elementwise. Gradient: `x̄ = ȳ cosh x`.
 * Numerics: by expm1 near 0; finite as long as the result is, beyond where eˣ overflows.
 */
export function sinh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(sinhOp, [x]) as Tensor<S, FloatOf<D>>;
}
