import {
  type AnyTensor,
  add,
  apply,
  concat,
  constantOf,
  div,
  equal,
  exp,
  log,
  log1p,
  type Match,
  matmul,
  max,
  mul,
  type Op,
  pow,
  primitives,
  type Rule,
  sameValue,
  slice,
  stopGradient,
  sub,
  sum,
  where,
} from "@adjoint/tensor";
import { exp2Op } from "./exp2.ts";
import { knownLogarithm } from "./logDomain.ts";
import { logisticPdfOp } from "./logisticPdf.ts";
import { meanOp } from "./mean.ts";
import { moves } from "./moves.ts";
import { normalPdfOp } from "./normalPdf.ts";
import { prodOp } from "./prod.ts";
import { countOf, isKeptShape, type ReductionAttributes } from "./reduction.ts";
import { negated, sigmoid, sigmoidOp } from "./sigmoid.ts";
import { isNonNegative, isPositive } from "./signs.ts";
import { softmaxOp } from "./softmax.ts";
import { softplus } from "./softplus.ts";

// Quotients of sums of exponentials, and what is made of a 1 beside exponentials: by the logarithms of the parts, which are of ordinary
// size where the parts overflow or underflow.

/** The same of what may be 0 where a condition says so. */
function maskedLogarithm(x: AnyTensor, match: Match): AnyTensor | undefined {
  if (constantOf(x, match.isGiven) === 0) return log(x);
  const known = knownLogarithm(x, match);
  if (known !== undefined || x.op !== primitives.where || match.isGiven(x)) return known;
  const [condition, ...branches] = x.inputs;
  const [a, b] = branches.map((branch) => maskedLogarithm(branch, match));
  return a && b && (where(condition, a, b) as AnyTensor);
}

/** Exponentials as parts of their sum along axes, of their logarithms. */
function sharesOf(logarithm: AnyTensor, axes: readonly number[]): AnyTensor {
  return apply(softmaxOp, [logarithm], { axes, form: "quotient" });
}

/** A fraction whose numerator is a tensor of weights times something. */
interface Numerator {
  readonly weights: AnyTensor | undefined;
  readonly of: AnyTensor;
}

function numerators(n: AnyTensor, isGiven: Match["isGiven"]): Numerator[] {
  const whole = { weights: undefined, of: n };
  if (isGiven(n) || n.op !== primitives.mul) return [whole];
  const [a, b] = n.inputs;
  return [whole, { weights: a, of: b }, { weights: b, of: a }];
}

/** `n / d`, by the logarithms of both. */
function quotient(n: AnyTensor, d: AnyTensor, match: Match): AnyTensor | undefined {
  const { isGiven } = match;
  if (isGiven(d)) return undefined;
  const scale = scaleOf(d, isGiven);
  if (scale !== undefined) {
    const inner = quotient(n, scale.of, match);
    return inner && (div(inner, scale.factor) as AnyTensor);
  }
  for (const { weights, of } of numerators(n, isGiven)) {
    const share = shareOf(of, d, match);
    if (share !== undefined) return weights === undefined ? share : (mul(weights, share) as AnyTensor);
  }
  return meanOfRows(n, d, match) ?? relativeTo(n, d, match);
}

/** A mean as a sum, and a multiple as what it is a multiple of. */
function scaleOf(
  d: AnyTensor,
  isGiven: Match["isGiven"],
): { readonly of: AnyTensor; readonly factor: AnyTensor | number } | undefined {
  const { op, inputs, attributes } = d;
  if (op === meanOp) {
    const count = countOf(inputs[0].shape, (attributes as ReductionAttributes).axes);
    return { of: apply(primitives.sum, inputs, attributes), factor: 1 / count };
  }
  if (op !== primitives.mul) return undefined;
  const place = inputs.findIndex((input) => constantOf(input, isGiven) !== undefined);
  return place < 0 ? undefined : { of: inputs[1 - place], factor: inputs[place] };
}

/** What part x is of d. Of a sum that x is an addend of, its derivative does not cancel where it is nearly all. */
function shareOf(x: AnyTensor, d: AnyTensor, match: Match): AnyTensor | undefined {
  const { isGiven, rewritten } = match;
  const logarithm = maskedLogarithm(x, match);
  if (logarithm === undefined) return undefined;
  if (isSumOf(d, x, isGiven)) return sharesOf(logarithm, (d.attributes as ReductionAttributes).axes);
  if (d.op === primitives.add) {
    for (const [addend, rest] of [d.inputs, d.inputs.toReversed()]) {
      const other = isPositive(rest, isGiven)
        ? (rewritten(log(rest)) ?? (log(rest) as AnyTensor))
        : undefined;
      if (other === undefined) continue;
      if (sameValue(addend, x, isGiven)) return shareOfTwo(logarithm, other);
      if (isSumOf(addend, x, isGiven)) {
        const { axes } = addend.attributes as ReductionAttributes;
        if (axes.length === 1) return shareBeside(logarithm, other, axes[0]);
      }
    }
  }
  const divisor = isNonNegative(d, isGiven) && isPositive(x, isGiven) ? rewritten(log(d)) : undefined;
  return divisor && exp(sub(logarithm, divisor) as AnyTensor);
}

/** Is it the sum of x along axes, beside each of its addends? */
function isSumOf(d: AnyTensor, x: AnyTensor, isGiven: Match["isGiven"]): boolean {
  if (d.op !== primitives.sum || isGiven(d) || !sameValue(d.inputs[0], x, isGiven)) return false;
  return isKeptShape(d.shape, x.shape, (d.attributes as ReductionAttributes).axes);
}

/** `eᵃ / (eᵃ + eᵇ)`, which is ∞/∞ where a is ∞. */
function shareOfTwo(a: AnyTensor, b: AnyTensor): AnyTensor {
  return where(equal(a, Number.POSITIVE_INFINITY), Number.NaN, sigmoid(sub(a, b) as AnyTensor)) as AnyTensor;
}

/** `eᵃ / (Σ eᵃ + eᵇ)` along an axis: elements of a softmax with one more element in each row. */
function shareBeside(a: AnyTensor, b: AnyTensor, axis: number): AnyTensor | undefined {
  const row = a.shape.with(axis, 1);
  if (b.rank > row.length) return undefined;
  const other: AnyTensor = apply(primitives.broadcastTo, [b], { shape: row });
  const all = sharesOf(concat([a, other], { axis } as never) as AnyTensor, [axis]);
  return slice(
    all,
    a.shape.map(() => 0),
    [...a.shape],
  ) as AnyTensor;
}

/** `Σ w x / Σ x` as `Σ w softmax(log x)`, if both sums go along the same axes of x. */
function weightedMean(match: Match): AnyTensor | undefined {
  const { operands, node, isGiven } = match;
  const [total, whole] = node.inputs;
  if (total.op !== primitives.sum || whole.op !== primitives.sum) return undefined;
  const [a, b, x] = operands;
  const weights = sameValue(b, x, isGiven) ? a : sameValue(a, x, isGiven) ? b : undefined;
  const logarithm = weights && maskedLogarithm(x, match);
  if (weights === undefined || logarithm === undefined) return undefined;
  const [{ shape }] = total.inputs;
  const [{ axes, keepDims }, other] = [total, whole].map((one) => one.attributes as ReductionAttributes);
  const isSame =
    axes.join() === other.axes.join() &&
    keepDims === other.keepDims &&
    shape.length === x.rank &&
    axes.every((axis) => shape[axis] === x.shape[axis]);
  if (!isSame) return undefined;
  return apply(primitives.sum, [mul(weights, sharesOf(logarithm, axes)) as AnyTensor], total.attributes);
}

/** `x v / Σ x` of rows of x as `softmax(log x) v`. */
function meanOfRows(n: AnyTensor, d: AnyTensor, match: Match): AnyTensor | undefined {
  if (n.op !== primitives.matmul || match.isGiven(n)) return undefined;
  const [x, v] = n.inputs;
  if (!isSumOf(d, x, match.isGiven)) return undefined;
  const { axes } = d.attributes as ReductionAttributes;
  const logarithm = axes.length === 1 && axes[0] === x.rank - 1 ? maskedLogarithm(x, match) : undefined;
  return logarithm && (matmul(sharesOf(logarithm, axes), v) as AnyTensor);
}

/** `w x / Σ w x` with weights of any sign: x relative to the largest x that has a weight. */
function relativeTo(n: AnyTensor, d: AnyTensor, match: Match): AnyTensor | undefined {
  if (!isSumOf(d, n, match.isGiven)) return undefined;
  for (const { weights, of } of numerators(n, match.isGiven)) {
    const logarithm = weights && knownLogarithm(of, match);
    if (weights === undefined || logarithm === undefined) continue;
    const counted: AnyTensor = where(equal(weights, 0), Number.NEGATIVE_INFINITY, logarithm);
    const { axes } = d.attributes as ReductionAttributes;
    const largest = max(stopGradient(counted), { axis: axes, keepDims: true } as never);
    const parts: AnyTensor = mul(weights, exp(sub(logarithm, largest) as AnyTensor));
    // Behind a difference no rule looks for the sum.
    return div(parts, sub(apply(primitives.sum, [parts], d.attributes), 0)) as AnyTensor;
  }
  return undefined;
}

/** What has a logarithm that is known without it, and is no sum or product. */
const exponentials: ReadonlySet<Op> = new Set([
  primitives.exp,
  primitives.pow,
  exp2Op,
  softmaxOp,
  sigmoidOp,
  normalPdfOp,
  logisticPdfOp,
]);

/** Is there an exponential among the parts of a sum? Asked first, since of most sums, such as those of an optimizer, there is none. */
function isOfExponentials(node: AnyTensor, isGiven: Match["isGiven"], depth = 5): boolean {
  if (isGiven(node) || depth === 0) return false;
  if (exponentials.has(node.op)) return true;
  const isPart = (input: AnyTensor): boolean => isOfExponentials(input, isGiven, depth - 1);
  return (sums.has(node.op) || node.op === primitives.where) && node.inputs.some(isPart);
}

/** What makes sums of exponentials, also at other places, and numbers times them. */
const sums: ReadonlySet<Op> = new Set([primitives.sum, primitives.add, primitives.mul, meanOp, ...moves]);
const scaled: ReadonlySet<Op> = new Set([
  primitives.mul,
  primitives.div,
  primitives.pow,
  primitives.sum,
  exp2Op,
  meanOp,
  prodOp,
]);

/** The rules of exponentials in quotients, beside a 1, and in powers. */
export const exponentialRules: readonly Rule[] = [
  {
    written: (a, b, x) => div(sum(mul(a, b)), sum(x)),
    ops: [primitives.div, primitives.sum, primitives.mul],
    needs: exponentials,
    becomes: weightedMean,
    because: "both sums overflow or underflow where the weighted mean does not",
  },
  {
    written: (n, d) => div(n, d),
    ops: [primitives.div],
    needs: exponentials,
    madeBy: [undefined, sums],
    becomes(match) {
      const [n, d] = match.operands;
      return isOfExponentials(d, match.isGiven) ? quotient(n, d, match) : undefined;
    },
    because: "both parts of the fraction overflow or underflow, though their logarithms do not",
  },
  {
    written: (a, x) => div(a, add(1, x)),
    ops: [primitives.div, primitives.add],
    needs: exponentials,
    madeBy: [undefined, scaled],
    becomes(match) {
      const [a, x] = match.operands;
      const logarithm = knownLogarithm(x, match);
      return logarithm && (mul(a, sigmoid(negated(logarithm, match.isGiven))) as AnyTensor);
    },
    because: "the exponential overflows, and the derivative of 1/(1 + eˣ) becomes 0 · ∞",
  },
  {
    written: (x) => log1p(x),
    ops: [primitives.log1p],
    needs: exponentials,
    madeBy: [scaled],
    becomes(match) {
      const logarithm = knownLogarithm(match.operands[0], match);
      return logarithm && softplus(logarithm);
    },
    because: "eˣ overflows where log(1 + eˣ) is near x",
  },
  {
    written: (x, n) => pow(exp(x), n),
    ops: [primitives.pow, primitives.exp],
    becomes({ operands: [x, n], isGiven }) {
      const exponent = constantOf(n, isGiven);
      return exponent === undefined || exponent === 0 ? undefined : exp(mul(n, x) as AnyTensor);
    },
    because: "an exponential overflows or underflows where its power does not",
  },
];
