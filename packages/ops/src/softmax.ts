import {
  type AnyTensor,
  add,
  apply,
  broadcastTo,
  type Checked,
  checkOptionNames,
  composite,
  constantOf,
  type DTypeOf,
  div,
  exp,
  type FloatOf,
  type HasAxis,
  log,
  type Match,
  mul,
  normalizeAxis,
  type Op,
  pow,
  primitives,
  reshape,
  type ShapeOf,
  sum,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { exp2 } from "./exp2.ts";
import { softmaxKernel } from "./kernels/softmax.ts";
import { acceptMasked, firstShape, type Mask, maskedOptionNames, withMask } from "./mask.ts";
import { countOf, isKeptShape, type ReductionAttributes } from "./reduction.ts";
import { relativePowers } from "./relativePowers.ts";
import { softmaxGradient } from "./softmaxGradient.ts";

/**
 * What becomes of rows in which a share is undefined, those with ∞ or with −∞ alone: of a softmax, the whole row; of the quotient
 * e^xᵢ / Σⱼ e^xⱼ, which is 0 beside ∞ and 0/0 among −∞ alone, as much as of it; as weights, the gradient of logsumexp, e^−∞ is 0 there too.
 */
export type SoftmaxForm = "shares" | "quotient" | "weights";

/** Axes of the softmax, and its form. */
export type SoftmaxAttributes = { readonly axes: readonly number[]; readonly form: SoftmaxForm };

const because = "eˣ overflows for x > 88 in float32, though its share of the sum does not";

/** The softmax along the axes of the matched sum, if the sum stands beside each of its addends. */
function alongSum({ node, found }: Match, x: AnyTensor): AnyTensor | undefined {
  const { axes } = found(primitives.sum).attributes as ReductionAttributes;
  const divisor = node.op === primitives.div ? node.inputs[1] : found(primitives.div).inputs[1];
  if (!isKeptShape(divisor.shape, x.shape, axes)) return undefined;
  return apply(softmaxOp, [x], { axes, form: "quotient" });
}

function ofExponentials(match: Match): AnyTensor | undefined {
  return alongSum(match, match.operands[0]);
}

export const softmaxOp: Op = composite<SoftmaxAttributes>("softmax", {
  replaces: [
    {
      written: (x) => div(exp(x), sum(exp(x))),
      ops: [primitives.div, primitives.exp, primitives.sum],
      becomes: ofExponentials,
      because,
    },
    {
      written: (x) => div(exp(x), reshape(sum(exp(x)), [])),
      ops: [primitives.div, primitives.exp, primitives.reshape, primitives.sum],
      becomes: ofExponentials,
      because,
    },
    {
      written: (x) => div(exp(x), broadcastTo(sum(exp(x)), [])),
      ops: [primitives.div, primitives.exp, primitives.broadcastTo, primitives.sum],
      becomes: ofExponentials,
      because,
    },
    {
      written: (x) => div(exp2(x), sum(exp2(x))),
      ops: [primitives.div, primitives.sum],
      becomes: (match) => alongSum(match, mul(Math.LN2, match.operands[0]) as AnyTensor),
      because: "2ˣ overflows for x > 127 in float32, though its share of the sum does not",
    },
    {
      written: (c, x) => div(pow(c, x), sum(pow(c, x))),
      ops: [primitives.div, primitives.pow, primitives.sum],
      becomes(match) {
        const [c, x] = match.operands;
        const isPositive = (constantOf(c, match.isGiven) ?? 0) > 0;
        return isPositive ? alongSum(match, mul(log(c), x) as AnyTensor) : undefined;
      },
      because: "powers overflow, though their shares of the sum do not",
    },
  ],
  accepts: acceptMasked("softmax"),
  shape: firstShape,
  reference: ([x, mask], output, { axes, form }) => softmaxKernel(x, mask, output, axes, form),
  lower([x, mask], { axes, form }) {
    if (countOf(x.shape, axes) === 0) return x;
    const kept: AnyTensor = mask === undefined ? x : where(mask, x, Number.NEGATIVE_INFINITY);
    const { powers, rest } = relativePowers(kept, axes, form);
    const shares: AnyTensor = div(powers, add(1, rest) as AnyTensor);
    return mask === undefined ? shares : where(mask, shares, 0);
  },
  vjp: ({ output, attributes: { axes }, cotangent }) => [softmaxGradient(output, cotangent, axes)],
});

/** Softmax over several axes, as the gradient of logsumexp needs it. */
export function softmaxWeights(inputs: readonly AnyTensor[], axes: readonly number[]): AnyTensor {
  return apply(softmaxOp, inputs, { axes, form: "weights" });
}

/**
 * `e^xᵢ / Σⱼ e^xⱼ` along `axis` (the last by default). With a bool `mask` (true keeps) only kept elements count; the others
 * are 0, and so is a row with none.
 *
 * Shape: that of `x`; the mask is broadcast to it. Gradient: `x̄ᵢ = yᵢ (ȳᵢ − Σⱼ ȳⱼ yⱼ)`.
 * Domain: all numbers; NaN beside ∞ and among −∞ alone, where it is undefined.
 * Numerics: shifted by the largest element, so that nothing overflows; the gradient by {@link softmaxGradient}.
 * Throws {@link ShapeError}, and {@link DTypeError} when the mask is a float.
 */
export function softmax<A extends AnyTensor, const Axis extends number = -1>(
  x: A,
  options: { axis?: Axis; mask?: Mask } & Checked<HasAxis<"softmax", ShapeOf<A>, Axis>> = {} as never,
): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>> {
  checkOptionNames("softmax", options, maskedOptionNames);
  const axes = [normalizeAxis("softmax", options.axis ?? -1, x.shape)];
  return apply(softmaxOp, withMask("softmax", x, options.mask), { axes, form: "shares" }) as never;
}
