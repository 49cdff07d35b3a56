import {
  type AnyTensor,
  add,
  apply,
  cast,
  composite,
  type DType,
  type FloatOf,
  maximum,
  minimum,
  mul,
  neg,
  type Op,
  type Shape,
  sub,
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
  lower([x]) {
    const cut = bounded(x);
    if (x.dtype !== "float32") return mul(maximum(x, -1000), sigmoid(argument(cut)));
    // σ of the rounded argument would be off by as many ulps as it is large: what the rounding drops is put back.
    const exact = argument(cast(cut, "float64"));
    const rounded: AnyTensor = cast(exact, "float32");
    const dropped = cast(sub(exact, cast(rounded, "float64")) as AnyTensor, "float32");
    const share = mul(sigmoid(rounded), add(1, mul(dropped, sigmoid(neg(rounded)))));
    return mul(maximum(x, -1000), share as AnyTensor);
  },
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
