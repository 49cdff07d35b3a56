import { clip, flip, logSoftmax, softmax, sort, tril } from "@adjoint/ops";
import {
  type AnyTensor,
  add,
  argmax,
  broadcastTo,
  cast,
  concat,
  cumsum,
  div,
  exp,
  less,
  matmul,
  max,
  mul,
  pad,
  reshape,
  ShapeError,
  sin,
  slice,
  sub,
  sum,
  take,
  transpose,
  where,
} from "@adjoint/tensor";
import { shapes } from "@adjoint/testing";
import fc from "fast-check";

type Step = (a: AnyTensor, b: AnyTensor, n: number) => unknown;

const axisOf = (a: AnyTensor, n: number): number => n % Math.max(1, a.rank);
/** The values within ±2, so that deep programs keep their digits. */
export const bounded = (a: AnyTensor): AnyTensor => clip(a, { min: -2, max: 2 }) as AnyTensor;

/** Ops that move, reduce, compare and combine; a step that does not fit its operands is left out. */
const steps: Readonly<Record<string, Step>> = {
  add: (a, b) => add(a, b),
  mul: (a, b) => mul(bounded(a), bounded(b)),
  div: (a, b) => div(a, add(mul(b, b), 1)),
  sin: (a) => sin(a),
  exp: (a) => exp(bounded(a)),
  where: (a, b) => where(less(a, b), a, sin(b)),
  mask: (a, b) => mul(cast(less(a, b), a.dtype), b),
  sum: (a, _, n) => sum(a, { axis: axisOf(a, n), keepDims: n % 2 === 0 }),
  max: (a, _, n) => max(a, { axis: axisOf(a, n), keepDims: n % 2 === 1 }),
  total: (a) => sum(a),
  centred: (a, _, n) => sub(a, max(a, { axis: axisOf(a, n), keepDims: true })),
  softmax: (a, _, n) => softmax(a, { axis: axisOf(a, n) }),
  logSoftmax: (a, _, n) => logSoftmax(a, { axis: axisOf(a, n) }),
  transpose: (a) => transpose(a),
  flatten: (a) => reshape(a, [-1]),
  column: (a) => reshape(a, [-1, 1]),
  slice: (a, _, n) => slice(a, a.shape.map((_, axis) => (axis === axisOf(a, n) ? 1 : undefined)) as never),
  everyOther: (a, _, n) =>
    slice(a, [], undefined, a.shape.map((_, axis) => (axis === axisOf(a, n) ? 2 : undefined)) as never),
  flip: (a, _, n) => flip(a, { axis: axisOf(a, n) }),
  pad: (a, _, n) => pad(a, a.shape.map((_, axis) => (axis === axisOf(a, n) ? [1, 2] : [0, 0])) as never),
  broadcast: (a, _, n) => broadcastTo(a, [1 + (n % 3), ...a.shape]),
  concat: (a, b, n) => concat([a, b], { axis: axisOf(a, n) }),
  matmul: (a, b) => matmul(bounded(a), bounded(b) as never),
  gram: (a) => matmul(transpose(bounded(a)) as AnyTensor, bounded(a) as never),
  cumsum: (a, _, n) => cumsum(a, { axis: axisOf(a, n) }),
  argmax: (a, _, n) => cast(argmax(a, { axis: axisOf(a, n) }) as AnyTensor, a.dtype),
  gather: (a, _, n) => take(a, argmax(a, { axis: axisOf(a, n) }) as never, { axis: axisOf(a, n) }),
  sort: (a, _, n) => sort(a, { axis: axisOf(a, n) }),
  tril: (a) => tril(a),
};

/** A program as data: the shapes of its inputs, and which op takes which of the nodes before it. */
export interface Program {
  readonly shapes: readonly (readonly number[])[];
  readonly steps: readonly {
    readonly op: string;
    readonly a: number;
    readonly b: number;
    readonly n: number;
  }[];
}

/** Random programs. */
export const programs: fc.Arbitrary<Program> = fc.record({
  shapes: fc.array(shapes({ minRank: 1, maxDimension: 5, maxSize: 40 }), { minLength: 2, maxLength: 3 }),
  steps: fc.array(
    fc.record({ op: fc.constantFrom(...Object.keys(steps)), a: fc.nat(6), b: fc.nat(20), n: fc.nat(5) }),
    { minLength: 1, maxLength: 16 },
  ),
});

/** The inputs and all values of a program, but for those that are empty or large. */
export function nodesOf(program: Program, inputs: readonly AnyTensor[]): AnyTensor[] {
  const nodes = [...inputs];
  for (const { op, a, b, n } of program.steps) {
    const [first, second] = [nodes[nodes.length - 1 - (a % nodes.length)], nodes[b % nodes.length]];
    try {
      const node = steps[op](first, second, n) as AnyTensor;
      if (node.size > 0 && node.size <= 400 && node.rank <= 4) nodes.push(node);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
    }
  }
  return nodes;
}
