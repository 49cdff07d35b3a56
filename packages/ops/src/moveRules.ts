import { type AnyTensor, apply, div, knownNumber, neg, primitives, type Rule, sub } from "@adjoint/tensor";
import { clipOp } from "./clip.ts";
import { logSoftmax, roundedAway } from "./logSoftmax.ts";
import { logsumexpOp } from "./logsumexp.ts";
import { type IsGiven, moves } from "./moves.ts";
import { countOf, type ReductionAttributes } from "./reduction.ts";
import { isShare } from "./shares.ts";

/** `1 − clip(p)`, whose bounds are those of 1 − p the other way round: 1 − p is then looked at by itself. */
function complementOfBounded(p: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  if (isGiven(p)) return undefined;
  const { op, inputs, attributes } = p;
  const complement = (x: AnyTensor): AnyTensor => sub(1, x) as AnyTensor;
  if (op === clipOp && isShare(inputs[0], isGiven)) {
    const { min, max } = attributes as { min: number | undefined; max: number | undefined };
    const bound = (one: number | undefined): number | undefined => (one === undefined ? one : 1 - one);
    return apply(clipOp, [complement(inputs[0])], { min: bound(max), max: bound(min) });
  }
  if (op !== primitives.maximum && op !== primitives.minimum) return undefined;
  if (!inputs.some((input) => isShare(input, isGiven))) return undefined;
  return apply(op === primitives.maximum ? primitives.minimum : primitives.maximum, inputs.map(complement));
}

/** The same moves of y instead of x. */
function elementsOf(moved: AnyTensor, x: AnyTensor, y: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  if (moved === x) return y;
  if (isGiven(moved) || !moves.has(moved.op)) return undefined;
  const inner = elementsOf(moved.inputs[0], x, y, isGiven);
  return inner && apply(moved.op, [inner, ...moved.inputs.slice(1)], moved.attributes);
}

/** Elements of x less log Σ eˣ, as elements of the log-softmax: where the sum is of all elements, or of those of a row that is kept. */
function elementsOfLogSoftmax(moved: AnyTensor, whole: AnyTensor, isGiven: IsGiven): AnyTensor | undefined {
  const [x, ...rest] = whole.inputs;
  if (rest.length > 0) return undefined;
  if (x.rank === 1 && whole.size === 1)
    return elementsOf(moved, x, logSoftmax(x, { axis: 0 } as never), isGiven);
  if (moved.inputs[0] !== x) return undefined;
  const { axes } = whole.attributes as ReductionAttributes;
  const [axis] = axes;
  const isColumn =
    axes.length === 1 &&
    moved.op === primitives.slice &&
    moved.shape.every((n, i) => i === axis || n === x.shape[i]) &&
    whole.rank === x.rank &&
    countOf(x.shape, axes) > 0;
  if (!isColumn) return undefined;
  return apply(moved.op, [logSoftmax(x, { axis } as never)], moved.attributes);
}

const because = "the formula is found through a reshape or an index, which may as well come after it";

/** The rules that look through ops that only move elements, and through bounds. */
export const moveRules: readonly Rule[] = [
  {
    written: (x) => sub(1, x),
    ops: [primitives.sub],
    madeBy: [moves],
    becomes({ operands: [x], rewritten }) {
      const inner = rewritten(sub(1, x.inputs[0]) as AnyTensor);
      return inner && apply(x.op, [inner, ...x.inputs.slice(1)], x.attributes);
    },
    because,
  },
  {
    written: (x) => sub(1, x),
    ops: [primitives.sub],
    madeBy: [new Set([clipOp, primitives.maximum, primitives.minimum])],
    becomes: ({ operands: [x], isGiven }) => complementOfBounded(x, isGiven),
    because: "1 − p is bounded the other way round, and need not be rounded before",
  },
  {
    written: (a, b) => div(a, b),
    ops: [primitives.div],
    madeBy: [moves, undefined],
    becomes({ operands: [a, b], isGiven, rewritten }) {
      if (b.size !== 1 || knownNumber(b, isGiven) !== undefined) return undefined;
      const whole = div(a.inputs[0], b) as AnyTensor;
      const inner = whole.size === a.inputs[0].size ? rewritten(whole) : undefined;
      return inner && apply(a.op, [inner, ...a.inputs.slice(1)], a.attributes);
    },
    because,
  },
  {
    written: (a, b) => sub(a, b),
    ops: [primitives.sub],
    madeBy: [moves, new Set([logsumexpOp])],
    becomes: ({ operands: [a, b], isGiven }) => elementsOfLogSoftmax(a, b, isGiven),
    because: roundedAway,
  },
  {
    written: (a, b) => sub(a, b),
    ops: [primitives.sub],
    madeBy: [new Set([logsumexpOp]), moves],
    becomes({ operands: [a, b], isGiven }) {
      const elements = elementsOfLogSoftmax(b, a, isGiven);
      return elements && neg(elements);
    },
    because: roundedAway,
  },
];
