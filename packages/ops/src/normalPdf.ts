import {
  abs,
  add,
  apply,
  composite,
  type DType,
  div,
  exp,
  type FloatOf,
  floor,
  maximum,
  minimum,
  mul,
  neg,
  type Op,
  type Shape,
  sub,
  type Tensor,
} from "@adjoint/tensor";
import { normalPdf as scalarNormalPdf } from "./kernels/normalPdf.ts";

export const normalPdfOp: Op = composite("normalPdf", {
  scalar: scalarNormalPdf,
  lower([x]) {
    // x² rounded would be off by x²/2 ulps in the exponential: its leading bits are squared exactly, the rest apart.
    const size = minimum(abs(x), 1000);
    const leading = div(floor(mul(size, 16)), 16);
    const rest = mul(sub(size, leading), add(size, leading));
    return mul(mul(1 / Math.sqrt(2 * Math.PI), exp(mul(-0.5, mul(leading, leading)))), exp(mul(-0.5, rest)));
  },
  // Bounded, so that ∞ · 0 does not occur; φ is 0 there.
  vjp: ({ inputs: [x], output, cotangent }) => [
    neg(mul(cotangent, mul(minimum(maximum(x, -1000), 1000), output))),
  ],
});

/**
 * Density of the standard normal distribution `φ(x) = e^(−x²/2) / √(2π)`. Shape: any, elementwise.
 * Gradient: `x̄ = −ȳ x φ(x)`. ±∞ gives 0. Numerics: x² is split, so that the tail keeps its digits.
 */
export function normalPdf<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(normalPdfOp, [x]) as Tensor<S, FloatOf<D>>;
}
