import {
  type AnyTensor,
  add,
  apply,
  composite,
  type DType,
  equal,
  floor,
  isFloat,
  less,
  mul,
  type NumberOf,
  type Op,
  type Shape,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { roundHalfEven } from "./kernels/roundHalfEven.ts";

export const roundOp: Op = composite("round", {
  accepts: "number",
  differentiable: false,
  scalar: roundHalfEven,
  lower([x]) {
    if (!isFloat(x.dtype)) return x;
    const below = floor(x);
    const fraction = sub(x, below);
    const even = mul(2, floor(mul(0.5, add(below, 1))));
    const nearest = where(less(0.5, fraction), add(below, 1), where(equal(fraction, 0.5), even, below));
    // −0.3 rounds to −0.
    return where(equal(nearest, 0), mul(x, 0), nearest) as AnyTensor;
  },
});

/**
 * The nearest integer; halfway the even one, as IEEE 754, NumPy and Python do: `round(2.5)` is 2.
 * Shape: any, elementwise. Gradient: 0. Keeps the dtype.
 */
export function round<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, NumberOf<D>> {
  return apply(roundOp, [x]) as Tensor<S, NumberOf<D>>;
}
