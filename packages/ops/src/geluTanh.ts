import {
  type AnyTensor,
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
import { geluTanh as scalarGeluTanh } from "./kernels/geluTanh.ts";
import { sigmoid } from "./sigmoid.ts";

const SCALE = 1.5957691216057308; // 2 √(2/π)
const CUBIC = 0.044715;

/** x cut to where the logistic factors are not 0 or 1 yet, so that no power of it overflows. */
function bounded(x: AnyTensor): AnyTensor {
  return minimum(maximum(x, -1000), 1000);
}

function argument(x: AnyTensor): AnyTensor {
  return mul(SCALE, mul(x, add(1, mul(CUBIC, mul(x, x))))) as AnyTensor;
}

export const geluTanhOp: Op = composite("geluTanh", {
  scalar: scalarGeluTanh,
  lower: ([x]) => mul(maximum(x, -1000), sigmoid(argument(bounded(x)))),
  vjp({ inputs: [x], cotangent }) {
    const cut = bounded(x);
    const inner = argument(cut);
    const slope = mul(SCALE, add(1, mul(3 * CUBIC, mul(cut, cut))));
    const rise = mul(sigmoid(inner), sigmoid(neg(inner)));
    return [mul(cotangent, add(sigmoid(inner), mul(mul(cut, slope), rise)))];
  },
});

/**
 * The tanh approximation of gelu, `½ x (1 + tanh u)` with `u = √(2/π) (x + 0.044715 x³)` (Hendrycks and Gimpel 2016).
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ (σ(2u) + 2 x u′ σ(2u) σ(−2u))`. −∞ gives −0, its limit.
 * Numerics: as `x σ(2u)`, which is the same and does not cancel for x < 0.
 */
export function geluTanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(geluTanhOp, [x]) as Tensor<S, FloatOf<D>>;
}
