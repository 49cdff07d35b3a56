import {
  type AnyTensor,
  add,
  apply,
  constantOf,
  isFloat,
  log,
  log1p,
  type Match,
  mul,
  neg,
  type Op,
  primitives,
  type Rule,
  sameValue,
  sub,
  where,
} from "@adjoint/tensor";
import { exp2Op } from "./exp2.ts";
import { firstLargest } from "./firstLargest.ts";
import { log2Op } from "./log2.ts";
import { log10Op } from "./log10.ts";
import { logicalNot } from "./logicalNot.ts";
import { logsumexp, logsumexpOp } from "./logsumexp.ts";
import { meanOp } from "./mean.ts";
import { minOp } from "./min.ts";
import { normOp } from "./norm.ts";
import { prodOp } from "./prod.ts";
import { countOf, type ReductionAttributes } from "./reduction.ts";
import { reluOp } from "./relu.ts";
import { sigmoidOp } from "./sigmoid.ts";
import { type SoftmaxAttributes, softmaxOp } from "./softmax.ts";
import { softplusOp } from "./softplus.ts";
import { stack } from "./stack.ts";

// The logarithm of a formula whose parts have logarithms of their own is taken part by part: `log(a b) = log a + log b`. Only
// where a part's logarithm is thereby had without the part, which may have overflowed or underflowed, and only where no part can
// be negative: the product of two negative numbers has a logarithm, they have none.

type IsGiven = Match["isGiven"];

/** Ops whose results are not negative, whatever their inputs. */
const nonNegative: ReadonlySet<Op> = new Set([
  primitives.exp,
  primitives.abs,
  primitives.sqrt,
  softmaxOp,
  sigmoidOp,
  softplusOp,
  exp2Op,
  normOp,
  reluOp,
]);

/** Ops whose results lie between 0 and 1, so that they do not overflow. */
const shares: ReadonlySet<Op> = new Set([softmaxOp, sigmoidOp]);

/** Ops whose elements are elements of their first input, or the largest or smallest of them. */
const moves: ReadonlySet<Op> = new Set([
  primitives.reshape,
  primitives.transpose,
  primitives.slice,
  primitives.broadcastTo,
  primitives.take,
  primitives.max,
  minOp,
]);

/** Ops whose results are not negative where their inputs, conditions and indices aside, are not. */
const keepSign: ReadonlySet<Op> = new Set([
  ...moves,
  primitives.concat,
  primitives.add,
  primitives.mul,
  primitives.div,
  primitives.sum,
  primitives.where,
  primitives.pow,
  primitives.maximum,
  primitives.minimum,
  meanOp,
  prodOp,
]);

/** Undecided counts as negative: after so many nodes, since what is shared is met again and again. */
function isNonNegative(node: AnyTensor, isGiven: IsGiven, budget: { left: number } = { left: 200 }): boolean {
  if (budget.left-- <= 0) return false;
  const constant = constantOf(node, isGiven);
  if (constant !== undefined) return constant >= 0;
  if (node.dtype === "bool" || node.dtype === "uint8") return true;
  if (isGiven(node)) return false;
  const { op, inputs } = node;
  if (nonNegative.has(op)) return true;
  if (op === primitives.mul && sameValue(inputs[0], inputs[1], isGiven)) return true;
  if (op === primitives.sub && constantOf(inputs[0], isGiven) === 1) return isShare(inputs[1], isGiven);
  if (op === primitives.cast || op.transparent) return isNonNegative(inputs[0], isGiven, budget);
  return (
    keepSign.has(op) &&
    inputs.every((input) => !isFloat(input.dtype) || isNonNegative(input, isGiven, budget))
  );
}

function isShare(node: AnyTensor, isGiven: IsGiven): boolean {
  if (isGiven(node)) return false;
  return shares.has(node.op) || (moves.has(node.op) && isShare(node.inputs[0], isGiven));
}

/** The logarithms of the parts, if one of them is had without the part. */
function logarithms(parts: readonly AnyTensor[], { rewritten }: Match): AnyTensor[] | undefined {
  const better = parts.map((part) => rewritten(log(part)));
  if (better.every((one) => one === undefined)) return undefined;
  return parts.map((part, i) => better[i] ?? (log(part) as AnyTensor));
}

function partsOfProduct(match: Match, parts: readonly AnyTensor[]): AnyTensor[] | undefined {
  return parts.every((part) => isNonNegative(part, match.isGiven)) ? logarithms(parts, match) : undefined;
}

/** How the logarithm of an op's result is had from those of its inputs. */
const distributed: ReadonlyMap<Op, (node: AnyTensor, match: Match) => AnyTensor | undefined> = new Map<
  Op,
  (node: AnyTensor, match: Match) => AnyTensor | undefined
>([
  [primitives.exp, ({ inputs: [x] }) => x],
  ...[...moves].map(
    (op) =>
      [
        op,
        ({ inputs: [x, ...rest], attributes }: AnyTensor, match: Match): AnyTensor | undefined => {
          const [one] = logarithms([x], match) ?? [];
          return one && apply(op, [one, ...rest], attributes);
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
      const parts = partsOfProduct(match, inputs);
      if (parts === undefined) return undefined;
      return constantOf(inputs[0], match.isGiven) === 1
        ? neg(parts[1])
        : (sub(parts[0], parts[1]) as AnyTensor);
    },
  ],
  [
    primitives.pow,
    ({ inputs: [a, b] }, match) => {
      const exponent = constantOf(b, match.isGiven);
      const [base] = (exponent !== undefined && exponent !== 0 && partsOfProduct(match, [a])) || [];
      return base && (mul(b, base) as AnyTensor);
    },
  ],
  [
    primitives.sqrt,
    ({ inputs: [x] }, match) => {
      const [part] = partsOfProduct(match, [x]) ?? [];
      return part && (mul(0.5, part) as AnyTensor);
    },
  ],
  [
    primitives.add,
    ({ inputs, shape }, match) => {
      // A share does not overflow: beside another number its own logarithm says nothing more.
      if (inputs.some((input) => isShare(input, match.isGiven))) return undefined;
      const parts = partsOfProduct(match, inputs);
      const whole = parts?.map((part): AnyTensor => apply(primitives.broadcastTo, [part], { shape }));
      return whole && (logsumexp(stack(whole) as AnyTensor, { axis: 0 }) as AnyTensor);
    },
  ],
  [
    primitives.sum,
    ({ inputs, attributes }, match) => {
      const parts = partsOfProduct(match, inputs);
      return parts && apply(logsumexpOp, parts, attributes);
    },
  ],
  [
    meanOp,
    ({ inputs, attributes }, match) => {
      const parts = partsOfProduct(match, inputs);
      const count = countOf(inputs[0].shape, (attributes as ReductionAttributes).axes);
      return parts && (sub(apply(logsumexpOp, parts, attributes), Math.log(count)) as AnyTensor);
    },
  ],
  [
    prodOp,
    ({ inputs, attributes }, match) => {
      const [part] = partsOfProduct(match, inputs) ?? [];
      return part && apply(primitives.sum, [part], attributes);
    },
  ],
]);

/** `log(1 − p)` of a softmax p, also behind moves. */
function logOfComplement(p: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  if (isGiven(p)) return undefined;
  const { op, inputs, attributes } = p;
  if (moves.has(op) && op !== primitives.max && op !== minOp) {
    const inner = logOfComplement(inputs[0], isGiven);
    return inner && apply(op, [inner, ...inputs.slice(1)], attributes);
  }
  if (op !== softmaxOp || inputs.length > 1) return undefined;
  const { axes } = attributes as SoftmaxAttributes;
  const [x] = inputs;
  // What the largest share leaves is what the others have; of the others the difference to 1 is no small number.
  const isLargest = firstLargest(p, axes);
  const all = { axis: axes, keepDims: true } as const;
  const others: AnyTensor = logsumexp(x, { ...all, mask: logicalNot(isLargest) as never });
  const ofLargest = sub(others, logsumexp(x, all) as AnyTensor);
  return where(isLargest, ofLargest as AnyTensor, log1p(neg(p))) as AnyTensor;
}

function toBase(op: Op, base: number): Rule {
  return {
    written: (x) => apply(op, [x]),
    becomes({ operands: [x], rewritten }) {
      const natural = rewritten(log(x));
      return natural && (mul(natural, 1 / base) as AnyTensor);
    },
    because: "a logarithm to another base is the natural one, scaled",
  };
}

/** The rules of logarithms: of products, quotients, sums and powers, and of elements taken from a tensor. */
export const logRules: readonly Rule[] = [
  {
    written: (x) => log(sub(1, x)),
    becomes: ({ operands: [x], isGiven }) => logOfComplement(x, isGiven),
    because: "the largest share rounds to 1, and what it leaves to 0",
  },
  {
    written: (x) => log(x),
    becomes: (match) => {
      const [x] = match.operands;
      return match.isGiven(x) ? undefined : distributed.get(x.op)?.(x, match);
    },
    because: "the logarithm is taken part by part, before a part overflows or underflows",
  },
  toBase(log2Op, Math.LN2),
  toBase(log10Op, Math.LN10),
];
