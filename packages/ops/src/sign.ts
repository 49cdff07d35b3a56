import {
  apply,
  cast,
  composite,
  type DType,
  less,
  mul,
  type NumberOf,
  type Op,
  type Shape,
  type Tensor,
  where,
} from "@adjoint/tensor";

export const signOp: Op = composite("sign", {
  accepts: "number",
  differentiable: false,
  scalar: Math.sign,
  // The last branch keeps NaN and the sign of zero; uint8 has no −1.
  lower: ([x]) =>
    x.dtype === "uint8" ? cast(less(0, x), "uint8") : where(less(0, x), 1, where(less(x, 0), -1, mul(x, 0))),
});

/**
 * −1, 0 or 1 by the sign of `x`; NaN at NaN. Shape: any, elementwise. Gradient: 0. Keeps the dtype (bool becomes int32).
 */
export function sign<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return apply(signOp, [x]) as Tensor<S, NumberOf<D>>;
}
