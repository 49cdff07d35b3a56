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
import { CUBIC, SCALE, geluTanhGate as scalarGate } from "./kernels/geluTanhGate.ts";
import { sigmoid } from "./sigmoid.ts";

/** x cut where the gate is 0 or 1 already, so that no power of it overflows, and ∞ · 0 does not occur. */
function bounded(x: AnyTensor): AnyTensor {
  return minimum(maximum(x, -1000), 1000);
}

function argument(x: AnyTensor): AnyTensor {
  return mul(SCALE, mul(x, add(1, mul(CUBIC, mul(x, x))))) as AnyTensor;
}

export const geluTanhGateOp: Op = composite("geluTanhGate", {
  scalar: scalarGate,
  lower([x]) {
    if (x.dtype !== "float32") return sigmoid(argument(bounded(x)));
    // σ of the rounded argument would be off by as many ulps as it is large: what the rounding drops is put back.
    const exact = argument(cast(bounded(x), "float64"));
    const rounded: AnyTensor = cast(exact, "float32");
    const dropped = cast(sub(exact, cast(rounded, "float64")) as AnyTensor, "float32");
    return mul(sigmoid(rounded), add(1, mul(dropped, sigmoid(neg(rounded)))));
  },
  vjp({ inputs: [x], output, cotangent }) {
    const square = mul(bounded(x), bounded(x));
    const slope = mul(SCALE, add(1, mul(3 * CUBIC, square)));
    return [mul(cotangent, mul(slope, mul(output, geluTanhGate(neg(x)))))];
  },
});

/**
 * How much of x {@link geluTanh} lets through: `½ (1 + tanh u) = σ(2u)` with `u = √(2/π) (x + 0.044715 x³)`.
 *
 * Shape: any, elementwise. Gradient: `x̄ = 2 ȳ u′ σ(2u) σ(−2u)`. −∞ gives 0, ∞ gives 1.
 * Numerics: the tail keeps its digits, where `1 + tanh u` is 0; the lowering in float64 is off by `|2u|` ulps.
 */
export function geluTanhGate<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(geluTanhGateOp, [x]) as Tensor<S, FloatOf<D>>;
}
