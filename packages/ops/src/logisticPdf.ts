import {
  type AnyTensor,
  abs,
  add,
  apply,
  composite,
  type DType,
  div,
  equal,
  exp,
  type FloatOf,
  type Match,
  mul,
  neg,
  type Op,
  pow,
  primitives,
  type Shape,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { sigmoid as scalarSigmoid } from "@adjoint/tensor/special";
import { sigmoid, sigmoidOp } from "./sigmoid.ts";
import { tanh, tanhOp } from "./tanh.ts";

const overflow = "the squared exponential overflows where the quotient does not";

/** Where the exponential is ∞, the quotient is ∞/∞ as it is written. */
function ofQuotient({ operands: [x] }: Match): AnyTensor {
  return where(equal(x, Number.POSITIVE_INFINITY), Number.NaN, logisticPdf(x)) as AnyTensor;
}

export const logisticPdfOp: Op = composite("logisticPdf", {
  scalar: (x) => scalarSigmoid(x) * scalarSigmoid(-x),
  lower([x]) {
    const decay = exp(neg(abs(x)));
    const total = add(1, decay);
    return div(decay, mul(total, total));
  },
  replaces: [
    {
      written: (x) => mul(sigmoid(x), sigmoid(neg(x))),
      get ops() {
        return [primitives.mul, sigmoidOp, primitives.neg];
      },
      becomes: ({ operands: [x] }) => logisticPdf(x),
      because: "the derivative of the product is a difference that cancels near 0",
    },
    {
      written: (x) => div(exp(x), mul(add(1, exp(x)), add(1, exp(x)))),
      ops: [primitives.div, primitives.exp, primitives.mul, primitives.add],
      becomes: ofQuotient,
      because: overflow,
    },
    {
      written: (x) => div(exp(x), pow(add(1, exp(x)), 2)),
      ops: [primitives.div, primitives.exp, primitives.pow, primitives.add],
      becomes: ofQuotient,
      because: overflow,
    },
    {
      written: (x) => sub(1, mul(tanh(x), tanh(x))),
      get ops() {
        return [primitives.sub, tanhOp];
      },
      becomes: ({ operands: [x] }) => mul(4, logisticPdf(mul(2, x) as AnyTensor)) as AnyTensor,
      because: "tanh² rounds to 1 where 1 − tanh² is small but not 0",
    },
    {
      written: (x) => sub(1, pow(tanh(x), 2)),
      get ops() {
        return [primitives.sub, tanhOp];
      },
      becomes: ({ operands: [x] }) => mul(4, logisticPdf(mul(2, x) as AnyTensor)) as AnyTensor,
      because: "tanh² rounds to 1 where 1 − tanh² is small but not 0",
    },
  ],
  vjp: ({ inputs: [x], output, cotangent }) => [neg(mul(cotangent, mul(output, tanh(mul(0.5, x)))))],
});

/**
 * Density of the logistic distribution, `σ′(x) = σ(x) σ(−x) = e⁻ˣ / (1 + e⁻ˣ)²`. Shape: any, elementwise.
 *
 * Gradient: `x̄ = −ȳ y tanh(x/2)`; derived from the sigmoids it would be `y (σ(−x) − σ(x))`, which cancels near 0. ±∞ gives 0.
 * Numerics: lowered to `e^−|x| / (1 + e^−|x|)²`; the usual `σ (1 − σ)` is 0 for x > 17 in float32.
 */
export function logisticPdf<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(logisticPdfOp, [x]) as Tensor<S, FloatOf<D>>;
}
