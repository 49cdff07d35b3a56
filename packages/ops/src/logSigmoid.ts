import {
  abs,
  apply,
  composite,
  type DType,
  equal,
  exp,
  type FloatOf,
  log,
  log1p,
  minimum,
  mul,
  neg,
  type Op,
  primitives,
  type Shape,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { logSigmoid as scalarLogSigmoid } from "@adjoint/tensor/special";
import { sigmoid, sigmoidOp } from "./sigmoid.ts";
import { softplus, softplusOp } from "./softplus.ts";

export const logSigmoidOp: Op = composite("logSigmoid", {
  scalar: scalarLogSigmoid,
  lower: ([x]) => sub(minimum(x, 0), log1p(exp(neg(abs(x))))),
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, sigmoid(neg(x)))],
  replaces: [
    {
      written: (x) => log(sigmoid(x)),
      ops: [primitives.log, sigmoidOp],
      because: "σ(x) underflows to 0 where its logarithm is near x",
    },
    {
      written: (x) => sub(x, softplus(x)),
      get ops() {
        return [primitives.sub, softplusOp];
      },
      // ∞ − ∞ is NaN as the formula is written.
      becomes: ({ operands: [x] }) => where(equal(x, Number.POSITIVE_INFINITY), Number.NaN, logSigmoid(x)),
      because: "where x is large, the difference to softplus is rounded away",
    },
  ],
});

/**
 * `log σ(x) = −log(1 + e⁻ˣ)`, as `min(x, 0) − log1p(e^−|x|)`: the log of a sigmoid is −∞ for x < −104 in float32.
 *
 * Shape: any, elementwise. Gradient: `x̄ = ȳ σ(−x)`. −∞ gives −∞, ∞ gives 0. Source: Mächler 2012.
 */
export function logSigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(logSigmoidOp, [x]) as Tensor<S, FloatOf<D>>;
}
