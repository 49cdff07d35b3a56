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
  knownNumber,
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
import { tanh, tanhOp } from "./tanh.ts";

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
      // What eˣ · 1/(1 + eˣ) has become.
      written: (x) => mul(exp(x), sigmoid(neg(x))),
      get ops() {
        return [primitives.mul, primitives.exp, sigmoidOp, primitives.neg];
      },
      becomes: ({ operands: [x] }) => where(equal(x, Number.POSITIVE_INFINITY), Number.NaN, sigmoid(x)),
      because: "eˣ overflows where its share of 1 + eˣ does not",
    },
    {
      written: (x) => add(1, tanh(x)),
      get ops() {
        return [primitives.add, tanhOp];
      },
      becomes: ({ operands: [x] }) => mul(2, sigmoid(mul(2, x) as AnyTensor)) as AnyTensor,
      because: "far below 0 tanh rounds to −1, and the sum to 0",
    },
    {
      written: (x) => sub(1, tanh(x)),
      get ops() {
        return [primitives.sub, tanhOp];
      },
      becomes: ({ operands: [x] }) => mul(2, sigmoid(mul(-2, x) as AnyTensor)) as AnyTensor,
      because: "tanh rounds to 1 where 1 − tanh x is small but not 0",
    },
    {
      written: (x) => add(0.5, mul(0.5, tanh(x))),
      get ops() {
        return [primitives.add, primitives.mul, tanhOp];
      },
      becomes: ({ operands: [x] }) => sigmoid(mul(2, x) as AnyTensor),
      because: "far below 0 tanh rounds to −1, and the sum to 0",
    },
    {
      // What (1 + tanh x)/2 has become.
      written: (x) => mul(0.5, mul(2, sigmoid(x))),
      get ops() {
        return [primitives.mul, sigmoidOp];
      },
      becomes: ({ operands: [x] }) => sigmoid(x),
      because: "its logarithm would be a difference of log 2 and log 2",
    },
    {
      written: (x) => div(mul(2, sigmoid(x)), 2),
      get ops() {
        return [primitives.div, primitives.mul, sigmoidOp];
      },
      becomes: ({ operands: [x] }) => sigmoid(x),
      because: "its logarithm would be a difference of log 2 and log 2",
    },
    {
      written: (x) => sub(1, x),
      ops: [primitives.sub],
      madeBy: [new Set([primitives.where])],
      // What eˣ/(1 + eˣ) has become.
      becomes({ operands: [share], isGiven }) {
        const [isInfinite, whole, part] = share.inputs;
        const isShare = part.op === sigmoidOp && !isGiven(part);
        if (!isShare || !Number.isNaN(knownNumber(whole, isGiven) ?? 0)) return undefined;
        return where(isInfinite, Number.NaN, sigmoid(negated(part.inputs[0], isGiven))) as AnyTensor;
      },
      because: "σ(x) rounds to 1 where 1 − σ(x) = σ(−x) is small but not 0",
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
