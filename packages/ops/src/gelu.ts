import {
  add,
  apply,
  composite,
  type DType,
  type FloatOf,
  maximum,
  minimum,
  mul,
  type Op,
  OptionError,
  type Shape,
  type Tensor,
} from "@adjoint/tensor";
import { gelu as scalarGelu } from "@adjoint/tensor/special";
import { geluTanh } from "./geluTanh.ts";
import { normalCdf } from "./normalCdf.ts";
import { normalPdf } from "./normalPdf.ts";

export const geluOp: Op = composite("gelu", {
  scalar: scalarGelu,
  // The bounds keep ∞ · 0 away; Φ and φ are 0 there.
  lower: ([x]) => mul(maximum(x, -1000), normalCdf(x)),
  vjp: ({ inputs: [x], cotangent }) => [
    mul(cotangent, add(normalCdf(x), mul(minimum(maximum(x, -1000), 1000), normalPdf(x)))),
  ],
});

/**
 * Gaussian error linear unit `x Φ(x)`, Φ the normal distribution function (Hendrycks and Gimpel 2016). The exact form;
 * `{ approximate: "tanh" }` gives {@link geluTanh}.
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ (Φ(x) + x φ(x))`. −∞ gives −0, its limit.
 * Numerics: Φ by erfc; `1 + erf(x/√2)` is 0 for x < −5.5 in float32. Throws {@link OptionError} on another `approximate`.
 */
export function gelu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { approximate = "none" }: { approximate?: "none" | "tanh" } = {},
): Tensor<S, FloatOf<D>> {
  if (approximate === "tanh") return geluTanh(x);
  if (approximate !== "none")
    throw new OptionError("gelu", `approximate is "${approximate}"; expected "none" or "tanh"`);
  return apply(geluOp, [x]) as Tensor<S, FloatOf<D>>;
}
