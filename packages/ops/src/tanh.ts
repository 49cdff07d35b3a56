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
  expm1,
  type FloatOf,
  knownNumber,
  less,
  type Match,
  mul,
  neg,
  type Op,
  primitives,
  type Shape,
  sameShape,
  sub,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { tanh as scalarTanh } from "@adjoint/tensor/special";
import { cosh } from "./cosh.ts";
import { logisticPdf } from "./logisticPdf.ts";
import { negated, sigmoid, sigmoidOp } from "./sigmoid.ts";
import { sinh, sinhOp } from "./sinh.ts";

/** `x / 2`, which of 2 y is y itself. */
function halved(x: AnyTensor, isGiven: Match["isGiven"]): AnyTensor {
  if (!isGiven(x)) {
    if (x.op === primitives.neg) return negated(halved(x.inputs[0], isGiven), isGiven);
    const place =
      x.op === primitives.mul ? x.inputs.findIndex((input) => knownNumber(input, isGiven) === 2) : -1;
    const factor = place < 0 ? undefined : x.inputs[1 - place];
    if (factor !== undefined && sameShape(factor.shape, x.shape)) return factor;
  }
  return mul(0.5, x) as AnyTensor;
}

/** tanh of half of what the exponent is; where that exponent is ∞, the fraction is ∞/∞ as it is written, which is NaN. */
function ofHalf({ operands: [x], isGiven }: Match): AnyTensor {
  const half = halved(x, isGiven);
  return where(equal(half, Number.POSITIVE_INFINITY), Number.NaN, tanh(half)) as AnyTensor;
}

/** tanh where both exponentials of the fraction have to be finite. */
function ofBoth({ operands: [x] }: Match): AnyTensor {
  return where(equal(abs(x), Number.POSITIVE_INFINITY), Number.NaN, tanh(x)) as AnyTensor;
}

const overflow =
  "eˣ overflows in both parts of the fraction, which is then ∞/∞, and near 0 the difference cancels";
const cancel = "near x = 0 the difference cancels";

export const tanhOp: Op = composite("tanh", {
  scalar: scalarTanh,
  lower([x]) {
    const growth = expm1(mul(-2, abs(x)));
    const size = neg(div(growth, add(2, growth)));
    // Keeps the sign of zero.
    return where(equal(x, 0), x, where(less(x, 0), neg(size), size)) as AnyTensor;
  },
  // The differences are found as sinh and expm1, by which they have been replaced.
  replaces: [
    {
      written: (x) => div(mul(2, sinh(x)), add(exp(x), exp(neg(x)))),
      ops: [primitives.div, sinhOp, primitives.mul, primitives.add, primitives.exp, primitives.neg],
      becomes: ofBoth,
      because: overflow,
    },
    {
      written: (x) => div(sinh(x), cosh(x)),
      ops: [primitives.div, sinhOp],
      becomes: ofBoth,
      because: overflow,
    },
    {
      written: (x) => div(expm1(x), add(1, exp(x))),
      ops: [primitives.div, primitives.expm1, primitives.add, primitives.exp],
      becomes: ofHalf,
      because: overflow,
    },
    {
      written: (x) => div(neg(expm1(x)), add(1, exp(x))),
      ops: [primitives.div, primitives.neg, primitives.expm1, primitives.add, primitives.exp],
      becomes: (match) => neg(ofHalf(match)),
      because: overflow,
    },
    {
      // What (eˣ − 1) · 1/(eˣ + 1) has become.
      written: (x) => mul(expm1(x), sigmoid(neg(x))),
      get ops() {
        return [primitives.mul, primitives.expm1, sigmoidOp, primitives.neg];
      },
      becomes: ofHalf,
      because: overflow,
    },
    {
      written: (x) => sub(mul(2, sigmoid(x)), 1),
      get ops() {
        return [primitives.sub, sigmoidOp];
      },
      becomes: ({ operands: [x], isGiven }) => tanh(halved(x, isGiven)),
      because: cancel,
    },
    {
      written: (x) => add(mul(2, sigmoid(x)), -1),
      get ops() {
        return [primitives.add, sigmoidOp];
      },
      becomes: ({ operands: [x], isGiven }) => tanh(halved(x, isGiven)),
      because: cancel,
    },
    {
      written: (x) => sub(1, mul(2, sigmoid(x))),
      get ops() {
        return [primitives.sub, sigmoidOp];
      },
      becomes: ({ operands: [x], isGiven }) => tanh(negated(halved(x, isGiven), isGiven)),
      because: cancel,
    },
  ],
  vjp: ({ inputs: [x], cotangent }) => [mul(cotangent, mul(4, logisticPdf(mul(2, x))))],
});

/**
 * Hyperbolic tangent `(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`. Shape: any, elementwise.
 *
 * Gradient: `x̄ = 4 ȳ σ(2x) σ(−2x)`, which is `ȳ (1 − y²)` without its cancellation: that is 0 for |x| > 9 in float32.
 * Numerics: lowered to `−t / (2 + t)` with `t = expm1(−2|x|)`, so that small x keep all their digits.
 */
export function tanh<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, FloatOf<D>> {
  return apply(tanhOp, [x]) as Tensor<S, FloatOf<D>>;
}
