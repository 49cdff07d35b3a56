import {
  type AnyTensor,
  apply,
  broadcastTo,
  type Checked,
  checkOptionNames,
  composite,
  type DTypeOf,
  type FloatOf,
  type HasAxis,
  log,
  log1p,
  type Match,
  max,
  mul,
  neg,
  normalizeAxis,
  type Op,
  primitives,
  reshape,
  type ShapeOf,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { firstLargest } from "./firstLargest.ts";
import { logSoftmaxKernel } from "./kernels/logSoftmax.ts";
import { logsumexpOp } from "./logsumexp.ts";
import { acceptMasked, firstShape, type Mask, maskedOptionNames, withMask } from "./mask.ts";
import { countOf, isKeptShape, type ReductionAttributes } from "./reduction.ts";
import { relativePowers } from "./relativePowers.ts";
import { type SoftmaxAttributes, type SoftmaxForm, softmaxOp } from "./softmax.ts";

/** The axis, and of which softmax it is the logarithm: of e^−∞ beside ∞ it is −∞ where the quotient is 0. */
export type LogSoftmaxAttributes = { readonly axis: number; readonly form: Exclude<SoftmaxForm, "weights"> };

/** The log-softmax in place of the matched softmax's logarithm. Axes side by side are taken as one. */
function ofSoftmax({ found }: Match): AnyTensor | undefined {
  const { inputs, attributes } = found(softmaxOp);
  const { axes, form } = attributes as SoftmaxAttributes;
  const [first] = axes;
  if (form === "weights" || axes.some((axis, i) => axis !== first + i)) return undefined;
  if (axes.length === 1) return apply(logSoftmaxOp, inputs, { axis: first, form });
  const [{ shape }] = inputs;
  const merged = [...shape.slice(0, first), countOf(shape, axes), ...shape.slice(first + axes.length)];
  const rows = inputs.map((input): AnyTensor => reshape(broadcastTo(input, shape) as AnyTensor, merged));
  return reshape(apply(logSoftmaxOp, rows, { axis: first, form }), shape);
}

/** The log-softmax in place of `x − logsumexp(x)`, of which the sum is the input at `place`. */
function ofDifference({ operands: [x], node, found }: Match, place: number): AnyTensor | undefined {
  const { inputs, attributes } = found(logsumexpOp);
  const { axes } = attributes as ReductionAttributes;
  const { shape } = node.inputs[place];
  const isOne = inputs.length === 1 && axes.length === 1 && isKeptShape(shape, x.shape, axes);
  return isOne ? apply(logSoftmaxOp, [x], { axis: axes[0], form: "quotient" }) : undefined;
}

/** The same without a shift that changes nothing: by the largest element, which leaves nothing of a row with ∞. */
function withoutShift({ operands: [x], found }: Match): AnyTensor | undefined {
  const { inputs, attributes } = found(logSoftmaxOp);
  const { axis } = attributes as LogSoftmaxAttributes;
  const largest = found(primitives.max);
  const { axes } = largest.attributes as ReductionAttributes;
  const isShift =
    axes.length === 1 &&
    axes[0] === axis &&
    isKeptShape(found(primitives.sub).inputs[1].shape, x.shape, axes);
  return isShift ? apply(logSoftmaxOp, [x, ...inputs.slice(1)], { axis, form: "shares" }) : undefined;
}

/** Why an element less the logsumexp of its row is not computed as it is written. */
export const roundedAway =
  "where one element outweighs the others, its difference to logsumexp is rounded away";
const lost = "the gradient of the shift is 0 but for rounding, which small gradients are lost in";

export const logSoftmaxOp: Op = composite<LogSoftmaxAttributes>("logSoftmax", {
  replaces: [
    {
      written: (x) => log(apply(softmaxOp, [x], { axes: [], form: "shares" })),
      ops: [primitives.log, softmaxOp],
      becomes: ofSoftmax,
      because: "softmax underflows to 0 where its logarithm is a number of ordinary size",
    },
    {
      written: (x) => sub(x, apply(logsumexpOp, [x], { axes: [], keepDims: true })),
      ops: [primitives.sub, logsumexpOp],
      becomes: (match) => ofDifference(match, 1),
      because: roundedAway,
    },
    {
      written: (x) => sub(apply(logsumexpOp, [x], { axes: [], keepDims: true }), x),
      ops: [primitives.sub, logsumexpOp],
      becomes(match) {
        const difference = ofDifference(match, 0);
        return difference && neg(difference);
      },
      because: roundedAway,
    },
    {
      written: (x) => sub(x, reshape(apply(logsumexpOp, [x], { axes: [], keepDims: true }), [])),
      ops: [primitives.sub, primitives.reshape, logsumexpOp],
      becomes: (match) => ofDifference(match, 1),
      because: roundedAway,
    },
    {
      written: (x) => sub(reshape(apply(logsumexpOp, [x], { axes: [], keepDims: true }), []), x),
      ops: [primitives.sub, primitives.reshape, logsumexpOp],
      becomes(match) {
        const difference = ofDifference(match, 0);
        return difference && neg(difference);
      },
      because: roundedAway,
    },
    {
      written: (x) => apply(logSoftmaxOp, [sub(x, max(x)) as AnyTensor], { axis: 0, form: "shares" }),
      get ops() {
        return [logSoftmaxOp];
      },
      becomes: withoutShift,
      because: lost,
    },
    {
      written: (x) =>
        apply(logSoftmaxOp, [sub(x, stopGradient(max(x))) as AnyTensor], { axis: 0, form: "shares" }),
      get ops() {
        return [logSoftmaxOp];
      },
      becomes: withoutShift,
      because: lost,
    },
  ],
  accepts: acceptMasked("logSoftmax"),
  shape: firstShape,
  reference: ([x, mask], output, { axis, form }) => logSoftmaxKernel(x, mask, output, axis, form),
  lower([x, mask], { axis, form }) {
    if (x.shape[axis] === 0) return x;
    const kept: AnyTensor = mask === undefined ? x : where(mask, x, Number.NEGATIVE_INFINITY);
    const { base, rest } = relativePowers(kept, [axis], form);
    const result: AnyTensor = sub(sub(kept, base) as AnyTensor, log1p(rest));
    return mask === undefined ? result : where(mask, result, Number.NEGATIVE_INFINITY);
  },
  vjp: ({ inputs, attributes: { axis }, cotangent }) => [logSoftmaxGradient(inputs, axis, cotangent)],
});

/** `ȳ − softmax(x) Σ ȳ`, of x and perhaps a mask. */
export function logSoftmaxGradient(
  inputs: readonly AnyTensor[],
  axis: number,
  cotangent: AnyTensor,
): AnyTensor {
  const [x, mask] = inputs;
  if (x.shape[axis] === 0) return cotangent;
  const counted: AnyTensor = mask === undefined ? cotangent : where(mask, cotangent, 0);
  const shares = apply(softmaxOp, inputs, { axes: [axis], form: "shares" });
  const total: AnyTensor = sum(counted, { axis, keepDims: true });
  // Where a share rounds to 1, ȳ − p Σȳ is 0 in place of a small number. But the gradients of a row add up to 0: that of the
  // largest share is what the others, which do not cancel, leave.
  const isLargest = firstLargest(shares, [axis]);
  const others: AnyTensor = where(isLargest, 0, sub(counted, mul(shares, total) as AnyTensor));
  return where(isLargest, sub(0, sum(others, { axis, keepDims: true }) as AnyTensor), others) as AnyTensor;
}

/**
 * `log softmax(x) = x − log Σ eˣ` along `axis` (the last by default). With a bool `mask` (true keeps) only kept elements
 * count; the others are −∞, with gradient 0.
 *
 * Shape: that of `x`; the mask is broadcast to it. Gradient: `x̄ = ȳ − softmax(x) Σ ȳ`.
 * Domain: all numbers; NaN beside ∞ and among −∞ alone, where it is undefined.
 * Numerics: `(x − m) − log1p(Σ' e^(x − m))` with the largest element m and the sum over the others, so that
 * logSoftmax([20, 0])₀ is −2e-9, not 0, in float32 too (Blanchard, Higham and Higham 2021).
 * Throws {@link ShapeError}, and {@link DTypeError} when the mask is a float.
 */
export function logSoftmax<A extends AnyTensor, const Axis extends number = -1>(
  x: A,
  options: { axis?: Axis; mask?: Mask } & Checked<HasAxis<"logSoftmax", ShapeOf<A>, Axis>> = {} as never,
): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>> {
  checkOptionNames("logSoftmax", options, maskedOptionNames);
  const axis = normalizeAxis("logSoftmax", options.axis ?? -1, x.shape);
  return apply(logSoftmaxOp, withMask("logSoftmax", x, options.mask), { axis, form: "shares" }) as never;
}
