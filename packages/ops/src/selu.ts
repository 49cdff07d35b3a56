import {
  apply,
  composite,
  type DType,
  type FloatOf,
  mul,
  type Op,
  type Shape,
  type Tensor,
} from "@adjoint/tensor";
import { elu } from "./elu.ts";

const ALPHA = 1.6732632423543772;
const SCALE = 1.0507009873554805;

export const seluOp: Op = composite("selu", {
  elementwise: true,
  lower: ([x]) => mul(SCALE, elu(x, { alpha: ALPHA })),
});

/**
 * Self-normalising unit `λ elu(x)` with α = 1.67326… and λ = 1.05070… (Klambauer, Unterthiner, Mayr and Hochreiter 2017).
 * Shape: any, elementwise. Gradient: λ times that of {@link elu}.
 */
export function selu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(seluOp, [x]) as Tensor<S, FloatOf<D>>;
}
