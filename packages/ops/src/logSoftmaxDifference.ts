import {
  type AnyTensor,
  abs,
  add,
  apply,
  axisOptionNames,
  type Checked,
  checkOptionNames,
  composite,
  type DTypeOf,
  exp,
  expm1,
  type FloatOf,
  type HasAxis,
  less,
  log1p,
  type Match,
  mul,
  neg,
  normalizeAxis,
  type Op,
  primitives,
  ShapeError,
  type ShapeOf,
  sameShape,
  sameValue,
  shapeText,
  sub,
  sum,
  type Tensor,
  where,
} from "@adjoint/tensor";
import { logicalAnd } from "./logicalAnd.ts";
import { type LogSoftmaxAttributes, logSoftmaxGradient, logSoftmaxOp } from "./logSoftmax.ts";
import { moves } from "./moves.ts";

type DifferenceAttributes = {
  readonly axis: number;
  readonly forms: readonly LogSoftmaxAttributes["form"][];
};

/** The difference of two log-softmaxes, or of the same elements of two. */
function difference(a: AnyTensor, b: AnyTensor, isGiven: Match["isGiven"]): AnyTensor | undefined {
  if (a.op !== b.op || isGiven(a) || isGiven(b) || !sameShape(a.shape, b.shape)) return undefined;
  const [x, ...others] = a.inputs;
  const [y, ...rest] = b.inputs;
  if (a.op === logSoftmaxOp && others.length === 0 && rest.length === 0) {
    const [ofA, ofB] = [a, b].map(({ attributes }) => attributes as LogSoftmaxAttributes);
    if (ofA.axis !== ofB.axis) return undefined;
    return apply(logSoftmaxDifferenceOp, [x, y], { axis: ofA.axis, forms: [ofA.form, ofB.form] });
  }
  if (JSON.stringify(a.attributes) !== JSON.stringify(b.attributes)) return undefined;
  if (!moves.has(a.op) || !others.every((one, i) => sameValue(one, rest[i], isGiven))) return undefined;
  const inner = difference(x, y, isGiven);
  return inner && apply(a.op, [inner, ...others], a.attributes);
}

/** What makes log-softmaxes, or elements of them. */
const logSoftmaxes: ReadonlySet<Op> = new Set([logSoftmaxOp, ...moves]);

export const logSoftmaxDifferenceOp: Op = composite<DifferenceAttributes>("logSoftmaxDifference", {
  replaces: [
    {
      written: (a, b) => sub(a, b),
      ops: [primitives.sub],
      madeBy: [logSoftmaxes, logSoftmaxes],
      becomes: ({ operands: [a, b], isGiven }) => difference(a, b, isGiven),
      because: "the logarithms of nearly equal shares agree in their leading digits, which cancel",
    },
  ],
  lower([a, b], { axis, forms }) {
    const [ofA, ofB] = [a, b].map((x, i): AnyTensor => apply(logSoftmaxOp, [x], { axis, form: forms[i] }));
    const apart: AnyTensor = sub(a, b) as AnyTensor;
    // Σ e^a / Σ e^b is 1 + Σ q (e^(a − b) − 1) with the shares q of b.
    const growth: AnyTensor = sum(mul(exp(ofB), expm1(apart)) as AnyTensor, { axis, keepDims: true });
    const shift = log1p(growth);
    const isNear = less(abs(growth), 0.5);
    // Of the two ways to write it, the one with the smaller numbers in it has the smaller error.
    const isSmaller = less(add(abs(apart), abs(shift)), add(abs(ofA), abs(ofB)));
    return where(logicalAnd(isNear, isSmaller as AnyTensor), sub(apart, shift), sub(ofA, ofB)) as AnyTensor;
  },
  vjp({ inputs: [a, b], attributes: { axis }, cotangent }) {
    return [logSoftmaxGradient([a], axis, cotangent), neg(logSoftmaxGradient([b], axis, cotangent))];
  },
});

/**
 * `log softmax(a) − log softmax(b)` along `axis` (the last by default), for a and b of one shape: the logarithm of how much more
 * probable each class is.
 *
 * Gradients: those of the two log-softmaxes.
 * Numerics: where a and b are near each other `(a − b) − log1p(Σ softmax(b) (e^(a − b) − 1))`, all of whose parts are small.
 * Throws {@link ShapeError}.
 */
export function logSoftmaxDifference<A extends AnyTensor, const Axis extends number = -1>(
  a: A,
  b: AnyTensor,
  options: { axis?: Axis } & Checked<HasAxis<"logSoftmaxDifference", ShapeOf<A>, Axis>> = {} as never,
): Tensor<ShapeOf<A>, FloatOf<DTypeOf<A>>> {
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError(
      "logSoftmaxDifference",
      `${shapeText(a.shape)} and ${shapeText(b.shape)} differ; expected logits of one shape`,
    );
  }
  checkOptionNames("logSoftmaxDifference", options, axisOptionNames);
  const axis = normalizeAxis("logSoftmaxDifference", options.axis ?? -1, a.shape);
  return apply(logSoftmaxDifferenceOp, [a, b], { axis, forms: ["shares", "shares"] }) as never;
}
