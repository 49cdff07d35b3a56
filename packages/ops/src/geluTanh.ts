import {
  add,
  apply,
  composite,
  type DType,
  type FloatOf,
  maximum,
  minimum,
  mul,
  neg,
  type Op,
  type Shape,
  type Tensor,
} from "@adjoint/tensor";
import { geluTanhGate } from "./geluTanhGate.ts";
import { CUBIC, SCALE, geluTanh as scalarGeluTanh } from "./kernels/geluTanhGate.ts";

export const geluTanhOp: Op = composite("geluTanh", {
  scalar: scalarGeluTanh,
  // The bounds keep ∞ · 0 away; the gate is 0 there, or its complement is.
  lower: ([x]) => mul(maximum(x, -1000), geluTanhGate(x)),
  vjp({ inputs: [x], cotangent }) {
    const cut = minimum(maximum(x, -1000), 1000);
    const slope = mul(SCALE, add(1, mul(3 * CUBIC, mul(cut, cut))));
    const gate = geluTanhGate(x);
    return [mul(cotangent, mul(gate, add(1, mul(mul(cut, slope), geluTanhGate(neg(x))))))];
  },
});

/**
 * The tanh approximation of gelu, `½ x (1 + tanh u)` with `u = √(2/π) (x + 0.044715 x³)` (Hendrycks and Gimpel 2016).
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ σ(2u) (1 + 2 x u′ σ(−2u))`. −∞ gives −0, its limit.
 * Numerics: as x times {@link geluTanhGate}, which does not cancel for x < 0.
 */
export function geluTanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(geluTanhOp, [x]) as Tensor<S, FloatOf<D>>;
}
