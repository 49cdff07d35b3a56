import {
  type AnyTensor,
  abs,
  add,
  apply,
  composite,
  constantOf,
  type DType,
  div,
  equal,
  exp,
  type FloatOf,
  less,
  mul,
  neg,
  type Op,
  primitives,
  type Shape,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { sigmoid as scalarSigmoid } from "@adjoint/tensor/special";
import { logisticPdf } from "./logisticPdf.ts";

export const sigmoidOp: Op = composite("sigmoid", {
  scalar: scalarSigmoid,
  lower([x]) {
    const decay = exp(neg(abs(x)));
    return div(where(less(x, 0), decay, 1), add(1, decay));
  },
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, logisticPdf(x))],
  replaces: [
    {
      written: (a, x) => div(a, add(1, exp(x))),
      ops: [primitives.div, primitives.add, primitives.exp],
      becomes({ operands: [a, x], isGiven }) {
        const share: AnyTensor = sigmoid(negated(x, isGiven));
        return constantOf(a, isGiven) === 1 ? share : (mul(a, share) as AnyTensor);
      },
      because: "eˣ overflows, and the derivative of 1/(1 + eˣ) becomes 0 · ∞",
    },
    {
      written: (x) => div(exp(x), add(1, exp(x))),
      ops: [primitives.div, primitives.exp, primitives.add],
      // ∞/∞ is NaN as the formula is written.
      becomes: ({ operands: [x] }) => where(equal(x, Number.POSITIVE_INFINITY), Number.NaN, sigmoid(x)),
      because: "eˣ overflows in both parts of the fraction, which is then ∞/∞",
    },
    {
      written: (x) => sub(1, sigmoid(x)),
      get ops() {
        return [primitives.sub, sigmoidOp];
      },
      becomes: ({ operands: [x], isGiven }) => sigmoid(negated(x, isGiven)),
      because: "σ(x) rounds to 1 where 1 − σ(x) = σ(−x) is small but not 0",
    },
  ],
});

/** `−x`, which of −y is y itself. */
export function negated(x: AnyTensor, isGiven: (node: AnyTensor) => boolean): AnyTensor {
  return x.op === primitives.neg && !isGiven(x) ? x.inputs[0] : neg(x);
}

/**
 * Logistic function `σ(x) = 1 / (1 + e⁻ˣ)`. Shape: any, elementwise.
 *
 * Gradient: `x̄ = ȳ σ(x) σ(−x)`, by {@link logisticPdf}. −∞ gives 0, ∞ gives 1.
 * Numerics: lowered to `e^−|x| / (1 + e^−|x|)` or `1 / (1 + e^−|x|)`, which neither overflow nor cancel.
 */
export function sigmoid<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(sigmoidOp, [x]) as Tensor<S, FloatOf<D>>;
}
