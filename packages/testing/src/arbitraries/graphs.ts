import {
  type AnyTensor,
  add,
  concat,
  cos,
  erf,
  matmul,
  maximum,
  mul,
  neg,
  reshape,
  type Shape,
  sin,
  sizeOf,
  sub,
  sum,
  transpose,
} from "@adjoint/tensor";
import fc from "fast-check";
import { type ShapeConstraints, shapes } from "./shapes.ts";

/** One op of a {@link GraphProgram}: nodes are numbered from the inputs on. */
export interface GraphStep {
  readonly op: GraphOp;
  readonly from: readonly number[];
  /** The axis of `sum` and `concat`; the target of `reshape`. */
  readonly axis?: number;
  readonly shape?: Shape;
}

/** A graph as plain data, so that it can be printed, stored and run on any backend: the last node is its result. */
export interface GraphProgram {
  readonly inputs: readonly Shape[];
  readonly steps: readonly GraphStep[];
}

/** The ops that graphs are made of. */
export type GraphOp =
  | "neg"
  | "sin"
  | "cos"
  | "erf"
  | "add"
  | "sub"
  | "mul"
  | "maximum"
  | "matmul"
  | "transpose"
  | "concat"
  | "sum"
  | "reshape";

// Every op here is bounded or grows slowly, so that deep graphs keep their digits.
const ops: Readonly<Record<GraphOp, (inputs: readonly AnyTensor[], step: GraphStep) => AnyTensor>> = {
  neg: ([x]) => neg(x),
  sin: ([x]) => sin(x),
  cos: ([x]) => cos(x),
  erf: ([x]) => erf(x),
  add: ([a, b]) => add(a, b) as AnyTensor,
  sub: ([a, b]) => sub(a, b) as AnyTensor,
  mul: ([a, b]) => mul(sin(a), b) as AnyTensor,
  maximum: ([a, b]) => maximum(a, b) as AnyTensor,
  matmul: ([a, b]) => matmul(a, b) as AnyTensor,
  transpose: ([x]) => transpose(x) as AnyTensor,
  concat: ([a, b], { axis = 0 }) => concat([a, b], { axis }) as AnyTensor,
  sum: ([x], { axis = 0 }) => sum(x, { axis }) as AnyTensor,
  reshape: ([x], { shape = [-1] }) => reshape(x, shape) as AnyTensor,
};

/** What a step may choose from, before it is known which choices fit. */
interface Wish {
  readonly op: GraphOp;
  readonly first: number;
  readonly second: number;
  readonly axis: number;
}

/** Bounds of generated graphs. */
export interface GraphConstraints extends ShapeConstraints {
  /** Default 3. */
  readonly maxInputs?: number;
  /** Default 8. */
  readonly maxSteps?: number;
  /** Ops to choose from; default all, of which `maximum` has kinks. */
  readonly ops?: readonly GraphOp[];
}

/** The ops of graphs that have a derivative everywhere. */
export const smoothGraphOps: readonly GraphOp[] = (Object.keys(ops) as GraphOp[]).filter(
  (op) => op !== "maximum",
);

/** Small random graphs of ops as data. Shrinks to fewer steps, inputs and axes. */
export function graphPrograms({
  maxInputs = 3,
  maxSteps = 8,
  ops: allowed = Object.keys(ops) as GraphOp[],
  ...constraints
}: GraphConstraints = {}): fc.Arbitrary<GraphProgram> {
  const wish: fc.Arbitrary<Wish> = fc.record({
    op: fc.constantFrom(...allowed),
    first: fc.nat({ max: 1000 }),
    second: fc.nat({ max: 1000 }),
    axis: fc.nat({ max: 1000 }),
  });
  return fc
    .tuple(
      fc.array(shapes({ maxSize: 8, ...constraints }), { minLength: 1, maxLength: maxInputs }),
      fc.array(wish, { minLength: 1, maxLength: maxSteps }),
    )
    .map(([inputs, wishes]) => grant(inputs, wishes));
}

/** The program that comes nearest to the wishes: an operand or an op that does not fit gives way to one that does. */
function grant(inputs: readonly Shape[], wishes: readonly Wish[]): GraphProgram {
  const known: Shape[] = [...inputs];
  const steps: GraphStep[] = [];
  for (const { op, first, second, axis } of wishes) {
    // Counted from the newest, so that a graph is more often deep than wide.
    const a = known.length - 1 - (first % known.length);
    const fitting = known
      .map((_, i) => i)
      .filter((b) => resultShape(op, known[a], known[b], axis) !== undefined);
    const step =
      fitting.length > 0
        ? stepOf(op, a, fitting[second % fitting.length], known, axis)
        : stepOf("sin", a, a, known, axis);
    const shape = resultShape(step.op, known[a], known[step.from[1] ?? a], axis) as Shape;
    known.push(shape);
    steps.push(step);
  }
  return { inputs, steps };
}

const binary: ReadonlySet<GraphOp> = new Set(["add", "sub", "mul", "maximum", "matmul", "concat"]);

function stepOf(op: GraphOp, a: number, b: number, known: readonly Shape[], axis: number): GraphStep {
  const from = binary.has(op) ? [a, b] : [a];
  if (op === "sum" || op === "concat") return { op, from, axis: axis % known[a].length };
  if (op === "reshape") return { op, from, shape: resultShape(op, known[a], known[a], axis) as Shape };
  return { op, from };
}

/** The shape that the op gives, or undefined when it does not take these. Written apart from the ops' own rules. */
function resultShape(op: GraphOp, a: Shape, b: Shape, axis: number): Shape | undefined {
  switch (op) {
    case "add":
    case "sub":
    case "mul":
    case "maximum":
      return broadcast(a, b);
    case "matmul":
      return a.length === 2 && b.length === 2 && a[1] === b[0] ? [a[0], b[1]] : undefined;
    case "concat": {
      const at = axis % Math.max(1, a.length);
      const fits = a.length > 0 && a.length === b.length && a.every((n, i) => i === at || n === b[i]);
      return fits && sizeOf(a) + sizeOf(b) <= 24 ? a.map((n, i) => (i === at ? n + b[i] : n)) : undefined;
    }
    case "sum":
      return a.length === 0 ? undefined : a.filter((_, i) => i !== axis % a.length);
    case "transpose":
      return [...a].reverse();
    case "reshape":
      return axis % 2 === 0 ? [sizeOf(a)] : [1, ...a];
    default:
      return a;
  }
}

function broadcast(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape = Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    return m === n || n === 1 ? m : m === 1 ? n : -1;
  });
  return shape.includes(-1) || sizeOf(shape) > 24 ? undefined : shape;
}

/** Runs a program on tensors of its input shapes: the node of its last step. */
export function runGraphProgram({ steps }: GraphProgram, inputs: readonly AnyTensor[]): AnyTensor {
  const nodes = [...inputs];
  for (const step of steps) {
    const from = step.from.map((i) => nodes[i]);
    nodes.push(ops[step.op](from, step));
  }
  return nodes[nodes.length - 1];
}

/** The shape that a program's result must have, by rules written apart from the ops' own. */
export function graphProgramShape({ inputs, steps }: GraphProgram): Shape {
  const known = [...inputs];
  for (const { op, from, axis = 0, shape } of steps) {
    known.push(shape ?? (resultShape(op, known[from[0]], known[from[1] ?? from[0]], axis) as Shape));
  }
  return known[known.length - 1];
}
