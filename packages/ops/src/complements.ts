import {
  type AnyTensor,
  add,
  apply,
  div,
  knownNumber,
  log,
  type Match,
  mul,
  neg,
  type Op,
  pow,
  primitives,
  type Rule,
  sameShape,
  sub,
  sum,
  where,
} from "@adjoint/tensor";
import { exp2Op } from "./exp2.ts";
import { logsumexpOp } from "./logsumexp.ts";
import { meanOp } from "./mean.ts";
import { normalCdfOp } from "./normalCdf.ts";
import type { ReductionAttributes } from "./reduction.ts";
import { sigmoidOp } from "./sigmoid.ts";
import { type SoftmaxAttributes, softmaxOp } from "./softmax.ts";
import { softplusOp } from "./softplus.ts";
import { tanhOp } from "./tanh.ts";

// Other ways to write `1 − x`, `x / y` and their logarithms: each leads to the way that rules know, if one fits.

/** What the node is 1 less than: x of `x − 1`. */
function oneLess({ op, inputs: [a, b] }: AnyTensor, isGiven: Match["isGiven"]): AnyTensor | undefined {
  if (op === primitives.sub) return knownNumber(b, isGiven) === 1 ? a : undefined;
  if (op !== primitives.add) return undefined;
  if (knownNumber(b, isGiven) === -1) return a;
  return knownNumber(a, isGiven) === -1 ? b : undefined;
}

function negatedComplement({ operands: [x], rewritten }: Match): AnyTensor | undefined {
  const complement = rewritten(sub(1, x) as AnyTensor);
  return complement && neg(complement);
}

/** `1 − Σ w p` of shares p that add up to 1 along the axes of the sum. */
function complementOfMean({ operands: [w, p], found }: Match): AnyTensor | undefined {
  const { inputs, attributes } = found(primitives.sum);
  const { axes, form } = p.attributes as SoftmaxAttributes;
  const isWhole =
    p.inputs.length === 1 &&
    form !== "weights" &&
    axes.join() === (attributes as unknown as ReductionAttributes).axes.join() &&
    sameShape(inputs[0].shape, p.shape) &&
    axes.every((axis) => p.shape[axis] > 0);
  return isWhole ? apply(primitives.sum, [mul(sub(1, w), p) as AnyTensor], attributes) : undefined;
}

const because = "the formula has a form that neither cancels nor overflows, in whatever way it is written";
/** What the rules that these spellings lead to are about; not softmax and pow, which each training step has. */
const known: ReadonlySet<Op> = new Set([
  primitives.exp,
  exp2Op,
  sigmoidOp,
  primitives.cos,
  primitives.erf,
  tanhOp,
  normalCdfOp,
  logsumexpOp,
  softplusOp,
  meanOp,
]);
const differences: ReadonlySet<Op> = new Set([primitives.sub, primitives.add, primitives.neg]);

/** The rules of what is written in other ways than the rules of its ops say. */
export const complementRules: readonly Rule[] = [
  {
    written: (a, b) => add(a, neg(b)),
    ops: [primitives.add, primitives.neg],
    needs: known,
    becomes: ({ operands: [a, b], rewritten }) => rewritten(sub(a, b) as AnyTensor),
    because,
  },
  {
    written: (x) => log(add(1, neg(x))),
    ops: [primitives.log, primitives.add, primitives.neg],
    becomes: ({ operands: [x], rewritten }) => rewritten(log(sub(1, x))),
    because,
  },
  { written: (x) => sub(x, 1), ops: [primitives.sub], needs: known, becomes: negatedComplement, because },
  { written: (x) => add(x, -1), ops: [primitives.add], needs: known, becomes: negatedComplement, because },
  {
    written: (x) => log(neg(x)),
    ops: [primitives.log, primitives.neg],
    madeBy: [differences],
    becomes({ operands: [x], isGiven, rewritten }) {
      if (x.op === primitives.neg) return rewritten(log(x.inputs[0]));
      const minuend = oneLess(x, isGiven);
      return minuend && rewritten(log(sub(1, minuend)));
    },
    because,
  },
  {
    written: (x) => sub(1, x),
    ops: [primitives.sub],
    madeBy: [new Set([primitives.where])],
    becomes({ operands: [x], rewritten }) {
      const [condition, ...branches] = x.inputs;
      const complements = branches.map((branch) => sub(1, branch) as AnyTensor);
      const better = complements.map((complement) => rewritten(complement));
      if (better.every((one) => one === undefined)) return undefined;
      const [a, b] = complements.map((complement, i) => better[i] ?? complement);
      return where(condition, a, b) as AnyTensor;
    },
    because: "1 − p rounds to 0 in one branch or in both",
  },
  {
    written: (w, p) => sub(1, sum(mul(w, p))),
    ops: [primitives.sub, primitives.sum, primitives.mul],
    madeBy: [undefined, new Set([softmaxOp])],
    becomes: complementOfMean,
    because: "the share of one class rounds to 1, and what it leaves to 0",
  },
  {
    written: (x, y) => mul(x, div(1, y)),
    ops: [primitives.mul, primitives.div],
    needs: known,
    becomes: ({ operands: [x, y], rewritten }) => rewritten(div(x, y) as AnyTensor),
    because,
  },
  {
    written: (x, y) => mul(x, pow(y, -1)),
    ops: [primitives.mul, primitives.pow],
    needs: known,
    becomes: ({ operands: [x, y], rewritten }) => rewritten(div(x, y) as AnyTensor),
    because,
  },
  {
    written: (x) => pow(x, -1),
    ops: [primitives.pow],
    becomes: ({ operands: [x], rewritten }) => rewritten(div(1, x) as AnyTensor),
    because,
  },
];
