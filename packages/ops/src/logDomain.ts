import {
  type AnyTensor,
  abs,
  add,
  apply,
  constantOf,
  equal,
  exp,
  expm1,
  knownNumber,
  less,
  log,
  log1p,
  type Match,
  max,
  minimum,
  mul,
  neg,
  type Op,
  primitives,
  type Rule,
  reducedShape,
  reshape,
  stopGradient,
  sub,
  where,
} from "@adjoint/tensor";
import { clipOp } from "./clip.ts";
import { coshOp } from "./cosh.ts";
import { exp2Op } from "./exp2.ts";
import { firstLargest } from "./firstLargest.ts";
import { isFinite as isFiniteNumber } from "./isFinite.ts";
import { log2Op } from "./log2.ts";
import { log10Op } from "./log10.ts";
import { logicalAnd } from "./logicalAnd.ts";
import { logicalNot } from "./logicalNot.ts";
import { logisticPdf, logisticPdfOp } from "./logisticPdf.ts";
import { logSigmoid } from "./logSigmoid.ts";
import { logsumexp, logsumexpOp } from "./logsumexp.ts";
import { logWeightedSumOp } from "./logWeightedSum.ts";
import { mean, meanOp } from "./mean.ts";
import { minOp } from "./min.ts";
import { choices, type IsGiven } from "./moves.ts";
import { normalPdfOp } from "./normalPdf.ts";
import { prodOp } from "./prod.ts";
import { countOf, type ReductionAttributes } from "./reduction.ts";
import { ordinary, rootOf } from "./roots.ts";
import { negated, sigmoidOp } from "./sigmoid.ts";
import { isNonNegative, isPositive, isPowerOfNumber } from "./signs.ts";
import { sinh } from "./sinh.ts";
import { type SoftmaxAttributes, softmaxOp } from "./softmax.ts";
import { stackAs } from "./stack.ts";

// The logarithm of a formula whose parts have logarithms of their own is taken part by part: `log(a b) = log a + log b`. Only
// where a part's logarithm is thereby had without the part, which may have overflowed or underflowed, and only where no part can
// be negative: the product of two negative numbers has a logarithm, they have none.

/** The logarithm of what is positive, if it is had without the number itself. */
export function knownLogarithm(x: AnyTensor, { isGiven, rewritten }: Match): AnyTensor | undefined {
  return isPositive(x, isGiven) ? rewritten(log(x)) : undefined;
}

/** The logarithms of the parts, if one of them is had without the part. */
function logarithms(parts: readonly AnyTensor[], { rewritten }: Match): AnyTensor[] | undefined {
  const better = parts.map((part) => rewritten(log(part)));
  if (better.every((one) => one === undefined)) return undefined;
  return parts.map((part, i) => better[i] ?? (log(part) as AnyTensor));
}

/** The logarithms of parts none of which is negative. */
function partsOfSum(match: Match, parts: readonly AnyTensor[]): AnyTensor[] | undefined {
  return parts.every((part) => isNonNegative(part, match.isGiven)) ? logarithms(parts, match) : undefined;
}

/** The logarithms of factors: one of them may be negative if the others are positive, for then so is the product. */
function partsOfProduct(match: Match, parts: readonly AnyTensor[]): AnyTensor[] | undefined {
  const unknown = parts.filter((part) => !isNonNegative(part, match.isGiven));
  const isKnown =
    unknown.length === 0 ||
    (unknown.length === 1 && parts.every((part) => part === unknown[0] || isPositive(part, match.isGiven)));
  return isKnown ? logarithms(parts, match) : undefined;
}

/** The logarithms of parts none of which is negative, without a derivative where a part is 0: for sums in which others count then. */
function partsOfChoice(match: Match, parts: readonly AnyTensor[]): AnyTensor[] | undefined {
  return partsOfSum(match, parts)?.map((logarithm, i) =>
    isPositive(parts[i], match.isGiven)
      ? logarithm
      : (where(equal(logarithm, Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY, logarithm) as AnyTensor),
  );
}

/**
 * `log Σ x` along axes, of the logarithm of x. The logarithm of an x that is 0 has no derivative, though the sum has: where there may
 * be such an x, its derivative is taken of x itself, as that of `log1p(x / Σ)`.
 */
function logOfSum(
  x: AnyTensor,
  logarithm: AnyTensor,
  attributes: ReductionAttributes,
  isGiven: IsGiven,
): AnyTensor {
  if (isPositive(x, isGiven)) return apply(logsumexpOp, [logarithm], attributes);
  const isNothing = logicalAnd(equal(x, 0), equal(logarithm, Number.NEGATIVE_INFINITY));
  const others: AnyTensor = where(isNothing, Number.NEGATIVE_INFINITY, logarithm);
  const whole = apply(logsumexpOp, [others], attributes);
  const nothing = apply(primitives.sum, [where(isNothing, x, 0) as AnyTensor], attributes);
  // Twice the root of 1 / Σ, which overflows later, and not at all as a factor of 0.
  const root: AnyTensor = exp(minimum(mul(-0.5, whole), largestExponents[x.dtype as "float32"]));
  const rest = mul(mul(nothing, root) as AnyTensor, root) as AnyTensor;
  // Behind a difference no rule looks for the sum.
  const plain = log(sub(apply(primitives.sum, [x], attributes), 0));
  return where(equal(whole, Number.NEGATIVE_INFINITY), plain, add(whole, log1p(rest))) as AnyTensor;
}

/** What eˣ does not overflow for. */
const largestExponents = { float32: 88, float64: 709 };

/** `log x` of a sum of squares, of which `root` is the root: as it is written, unless x overflows or underflows. */
function logOfSquares(x: AnyTensor, root: AnyTensor): AnyTensor {
  const [from, to] = ordinary[x.dtype as "float32"];
  const isOrdinary = logicalAnd(less(from, x), less(x, to));
  // Behind a difference no rule looks for the sum.
  return where(isOrdinary, log(sub(x, 0)), mul(2, log(root))) as AnyTensor;
}

/** `log Σ w x`, of the logarithm of x, with weights w of any sign. */
function weightedSum(
  { inputs, attributes }: AnyTensor,
  factor: (count: number) => number,
  match: Match,
): AnyTensor | undefined {
  const [product] = inputs;
  if (product.op !== primitives.mul || match.isGiven(product)) return undefined;
  for (const [w, x] of [product.inputs, product.inputs.toReversed()]) {
    const logarithm = knownLogarithm(x, match);
    if (logarithm === undefined) continue;
    const { shape } = product;
    const whole = [logarithm, w].map((part): AnyTensor => apply(primitives.broadcastTo, [part], { shape }));
    const sum = apply(logWeightedSumOp, whole, attributes);
    const scale = factor(countOf(shape, (attributes as ReductionAttributes).axes));
    return scale === 1 ? sum : (sub(sum, Math.log(scale)) as AnyTensor);
  }
  return undefined;
}

/** `log(w x + v y)`, of the logarithms of x and y, with weights of any sign. */
function weightedAddends({ inputs, shape }: AnyTensor, match: Match): AnyTensor | undefined {
  const logarithms: AnyTensor[] = [];
  const weights: AnyTensor[] = [];
  for (const addend of inputs) {
    if (addend.op !== primitives.mul || match.isGiven(addend)) return undefined;
    const pairs = [addend.inputs, addend.inputs.toReversed()];
    const known = pairs.map(([, x]) => knownLogarithm(x, match));
    const place = known.findIndex((one) => one !== undefined);
    if (place < 0) return undefined;
    logarithms.push(known[place] as AnyTensor);
    weights.push(pairs[place][0]);
  }
  const [x, w] = [logarithms, weights].map((all) => stackAs(shape, all));
  return apply(logWeightedSumOp, [x, w], { axes: [0], keepDims: false });
}

/** How the logarithm of an op's result is had from those of its inputs. */
const distributed: ReadonlyMap<Op, (node: AnyTensor, match: Match) => AnyTensor | undefined> = new Map<
  Op,
  (node: AnyTensor, match: Match) => AnyTensor | undefined
>([
  [primitives.exp, ({ inputs: [x] }) => x],
  [exp2Op, ({ inputs: [x] }) => mul(x, Math.LN2) as AnyTensor],
  [logisticPdfOp, ({ inputs: [x] }) => sub(logOfSech2(x), Math.log(4)) as AnyTensor],
  [coshOp, ({ inputs: [x] }) => logOfCosh(x)],
  [
    normalPdfOp,
    ({ inputs: [x] }) => sub(mul(-0.5, mul(x, x) as AnyTensor), Math.log(2 * Math.PI) / 2) as AnyTensor,
  ],
  ...[...choices].map(
    (op) =>
      [
        op,
        ({ inputs: [x, ...rest], attributes }: AnyTensor, match: Match): AnyTensor | undefined => {
          // The logarithm of a negative element is NaN, which would be the largest.
          const parts = op === primitives.max ? partsOfChoice(match, [x]) : logarithms([x], match);
          return parts && apply(op, [parts[0], ...rest], attributes);
        },
      ] as const,
  ),
  [
    primitives.concat,
    ({ inputs, attributes }, match) => {
      const parts = logarithms(inputs, match);
      return parts && apply(primitives.concat, parts, attributes);
    },
  ],
  [
    primitives.where,
    ({ inputs: [condition, a, b] }, match) => {
      const parts = logarithms([a, b], match);
      return parts && (where(condition, parts[0], parts[1]) as AnyTensor);
    },
  ],
  [
    primitives.mul,
    ({ inputs }, match) => {
      const parts = partsOfProduct(match, inputs);
      return parts && (add(parts[0], parts[1]) as AnyTensor);
    },
  ],
  [
    primitives.div,
    ({ inputs }, match) => {
      if (knownNumber(inputs[0], match.isGiven) === 1) return neg(log(inputs[1]));
      const parts = partsOfProduct(match, inputs);
      if (parts !== undefined) return sub(parts[0], parts[1]) as AnyTensor;
      // The reciprocal of a small number overflows, or its derivative does, where the logarithm is of ordinary size.
      const isNumber = (constantOf(inputs[0], match.isGiven) ?? 0) > 0;
      return isNumber ? (sub(log(inputs[0]), log(inputs[1])) as AnyTensor) : undefined;
    },
  ],
  [
    primitives.pow,
    (node, match) => {
      const [a, b] = node.inputs;
      if (isPowerOfNumber(node, match.isGiven)) return mul(b, log(a)) as AnyTensor;
      // Where the exponent is 0, the power of 0 is 1, and 0 · log 0 no number.
      const isKnown = isPositive(a, match.isGiven) || (constantOf(b, match.isGiven) ?? 0) !== 0;
      const [base] = (isKnown && partsOfSum(match, [a])) || [];
      return base && (mul(b, base) as AnyTensor);
    },
  ],
  [
    primitives.sqrt,
    ({ inputs: [x] }, match) => {
      const [part] = partsOfSum(match, [x]) ?? [];
      return part && (mul(0.5, part) as AnyTensor);
    },
  ],
  [
    primitives.maximum,
    ({ inputs }, match) => {
      const parts = partsOfChoice(match, inputs);
      return parts && apply(primitives.maximum, parts);
    },
  ],
  [
    primitives.minimum,
    ({ inputs }, match) => {
      // Of a negative part the smaller one has no logarithm either.
      const parts = logarithms(inputs, match);
      return parts && apply(primitives.minimum, parts);
    },
  ],
  [
    clipOp,
    ({ inputs: [x], attributes }, match) => {
      const { min, max } = attributes as { min: number | undefined; max: number | undefined };
      if (min !== undefined ? min < 0 : !isNonNegative(x, match.isGiven)) return undefined;
      if (max !== undefined && max < 0) return undefined;
      const [part] = partsOfChoice(match, [x]) ?? [];
      const bound = (one: number | undefined): number | undefined =>
        one === undefined ? one : Math.log(one);
      return part && apply(clipOp, [part], { min: bound(min), max: bound(max) });
    },
  ],
  [
    primitives.add,
    (node, match) => {
      const root = rootOf(node, match.isGiven);
      if (root !== undefined) return logOfSquares(node, root);
      const parts = partsOfSum(match, node.inputs);
      if (parts === undefined) return weightedAddends(node, match);
      const [x, logarithm] = [node.inputs, parts].map((all) => stackAs(node.shape, all));
      return logOfSum(x, logarithm, { axes: [0], keepDims: false }, match.isGiven);
    },
  ],
  [
    primitives.sum,
    (node, match) => {
      const root = rootOf(node, match.isGiven);
      if (root !== undefined) return logOfSquares(node, root);
      const [x] = node.inputs;
      const weighted = isPositive(x, match.isGiven) ? undefined : weightedSum(node, () => 1, match);
      const [part] = (weighted === undefined && partsOfSum(match, [x])) || [];
      return part ? logOfSum(x, part, node.attributes as ReductionAttributes, match.isGiven) : weighted;
    },
  ],
  [
    meanOp,
    (node, match) => {
      const root = rootOf(node, match.isGiven);
      if (root !== undefined) return logOfSquares(node, root);
      const [x] = node.inputs;
      const attributes = node.attributes as ReductionAttributes;
      const mayBeNothing = !isPositive(x, match.isGiven);
      const weighted = mayBeNothing ? weightedSum(node, (count) => count, match) : undefined;
      const [part] = (weighted === undefined && partsOfSum(match, [x])) || [];
      if (part === undefined) return weighted;
      if (!mayBeNothing) return logOfMean(part, attributes);
      const whole = logOfSum(x, part, attributes, match.isGiven);
      return sub(whole, Math.log(countOf(x.shape, attributes.axes))) as AnyTensor;
    },
  ],
  [
    prodOp,
    ({ inputs, attributes }, match) => {
      const [part] = partsOfSum(match, inputs) ?? [];
      return part && apply(primitives.sum, [part], attributes);
    },
  ],
]);

/** `log cosh x`, where cosh overflows and where it is near 1. */
function logOfCosh(x: AnyTensor): AnyTensor {
  const size = abs(x);
  const half = sinh(mul(0.5, x) as AnyTensor);
  const near = log1p(mul(2, mul(half, half)) as AnyTensor);
  const far = add(sub(size, Math.LN2), log1p(exp(mul(-2, size) as AnyTensor)));
  return where(less(size, 1), near, far) as AnyTensor;
}

/** `log(4 σ(x) σ(−x))`, which is `−2 log cosh(x/2)`. */
function logOfSech2(x: AnyTensor): AnyTensor {
  return mul(-2, logOfCosh(mul(0.5, x) as AnyTensor)) as AnyTensor;
}

/** `log mean eˣ`, which is near 0 where x is, and of which neither log Σ eˣ nor log n is near 0. */
function logOfMean(x: AnyTensor, { axes, keepDims }: ReductionAttributes): AnyTensor {
  const largest: AnyTensor = max(stopGradient(x), { axis: axes, keepDims: true });
  // Of infinite elements nothing can be subtracted; their exponentials are right as they are.
  const base = where(isFiniteNumber(largest), largest, 0);
  const below: AnyTensor = mean(expm1(sub(x, base) as AnyTensor), { axis: axes, keepDims: true });
  return reshape(add(base, log1p(below)) as AnyTensor, reducedShape(x.shape, axes, keepDims));
}

/** `log(1 − p)` of a softmax or sigmoid p, also behind moves. */
function logOfComplement(p: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  if (isGiven(p)) return undefined;
  const { op, inputs, attributes } = p;
  if (op === sigmoidOp) return logSigmoid(negated(inputs[0], isGiven));
  if (choices.has(op)) {
    const inner = logOfComplement(inputs[0], isGiven);
    return inner && apply(opposites.get(op) ?? op, [inner, ...inputs.slice(1)], attributes);
  }
  if (op !== softmaxOp || inputs.length > 1) return undefined;
  const { axes } = attributes as SoftmaxAttributes;
  const [x] = inputs;
  // Below −p is written as 0 − p, which no rule looks for.
  // What a share above ½ leaves is what the others have; of the others the difference to 1 is no small number.
  const isLargest = firstLargest(p, axes);
  const all = { axis: axes, keepDims: true } as const;
  const others: AnyTensor = logsumexp(x, { ...all, mask: logicalNot(isLargest) as never });
  const ofLargest = sub(others, logsumexp(x, all) as AnyTensor);
  return where(logicalAnd(isLargest, less(0.5, p)), ofLargest as AnyTensor, log1p(sub(0, p))) as AnyTensor;
}

/** Of the largest share the least is left. */
const opposites: ReadonlyMap<Op, Op> = new Map([
  [primitives.max, minOp],
  [minOp, primitives.max],
]);

function toBase(op: Op, base: number): Rule {
  return {
    written: (x) => apply(op, [x]),
    ops: [op],
    becomes({ operands: [x], rewritten }) {
      const natural = rewritten(log(x));
      return natural && (mul(natural, 1 / base) as AnyTensor);
    },
    because: "a logarithm to another base is the natural one, scaled",
  };
}

const sharesAndChoices: ReadonlySet<Op> = new Set([softmaxOp, sigmoidOp, ...choices]);
const lostShare = "the largest share rounds to 1, and what it leaves to 0";

/** The rules of logarithms: of products, quotients, sums and powers, and of elements taken from a tensor. */
export const logRules: readonly Rule[] = [
  {
    // What 1 − tanh² has become.
    written: (x) => log(mul(4, logisticPdf(x))),
    ops: [primitives.log, primitives.mul, logisticPdfOp],
    becomes: ({ operands: [x] }) => logOfSech2(x),
    because: "the product underflows, and its logarithm is near 0 where log 4 is not",
  },
  {
    written: (x) => log(neg(expm1(x))),
    ops: [primitives.log, primitives.neg, primitives.expm1],
    becomes({ operands: [x] }) {
      // −expm1 and −eˣ in another way than patterns say, so that no rule meets its own result.
      return where(less(x, -Math.LN2), log1p(sub(0, exp(x))), log(sub(0, expm1(x)))) as AnyTensor;
    },
    because: "far below 0 the difference of 1 and eˣ rounds to 1, and its logarithm to 0",
  },
  {
    written: (x) => log1p(neg(exp(x))),
    ops: [primitives.log1p, primitives.neg, primitives.exp],
    becomes: ({ operands: [x] }) => log(neg(expm1(x))),
    because: "near 0 eˣ rounds to 1, and the logarithm to −∞",
  },
  {
    written: (x) => log(expm1(x)),
    ops: [primitives.log, primitives.expm1],
    becomes({ operands: [x] }) {
      // eˣ − 1 in another way than the pattern says, as above.
      const far = add(x, log1p(sub(0, exp(neg(x)))));
      return where(less(x, 1), log(sub(expm1(x), 0)), far) as AnyTensor;
    },
    because: "eˣ overflows where the logarithm of eˣ − 1 is near x",
  },
  {
    written: (x) => log(sub(1, x)),
    ops: [primitives.log, primitives.sub],
    madeBy: [sharesAndChoices],
    becomes: ({ operands: [x], isGiven }) => logOfComplement(x, isGiven),
    because: lostShare,
  },
  {
    written: (x) => log1p(neg(x)),
    ops: [primitives.log1p, primitives.neg],
    madeBy: [sharesAndChoices],
    becomes: ({ operands: [x], isGiven }) => logOfComplement(x, isGiven),
    because: lostShare,
  },
  ...[...distributed].map(
    ([op, logarithm]): Rule => ({
      written: (x) => log(x),
      ops: [primitives.log],
      madeBy: [new Set([op])],
      becomes: (match) => logarithm(match.operands[0], match),
      because: "the logarithm is taken part by part, before a part overflows or underflows",
    }),
  ),
  toBase(log2Op, Math.LN2),
  toBase(log10Op, Math.LN10),
];
