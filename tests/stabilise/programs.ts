import { type AnyTensor, grad, reshape, type Shape, sizeOf, slice, tensor } from "@adjoint/tensor";
import fc from "fast-check";
import { type Algebra, ofDuals, ofTensors, variablesOf } from "./algebra.ts";
import { toNumber, withBits } from "./bigfloat.ts";

/** What a formula with a softmax or a sum in it leaves open. */
interface Choices {
  readonly axis: 0 | 1;
  readonly keepDims: boolean;
  /** Labels between 0 and 1, both included. */
  readonly label: number;
  /** What is done to probabilities before their logarithm is taken. */
  readonly inside: Wrap;
}

const wraps = [
  "nothing",
  "element",
  "row",
  "flat",
  "turned",
  "scaled",
  "taken",
  "masked",
  "stretched",
] as const;

type Wrap = (typeof wraps)[number];

/** Wraps in which a number stays what it was, at another place. */
const moves: readonly Wrap[] = ["nothing", "element", "row", "flat", "turned", "taken", "stretched"];

function wrapped<T>(a: Algebra<T>, wrap: Wrap, x: T): T {
  const shape = a.shapeOf(x);
  switch (wrap) {
    case "nothing":
      return x;
    case "element":
      return shape.length === 0 ? x : a.slice(x, 0, shape[0] - 1, shape[0]);
    case "row":
      return shape.length < 2 ? x : a.slice(x, 1, 0, 1);
    case "flat":
      return a.reshape(x, [sizeOf(shape)]);
    case "turned":
      return a.transpose(x);
    case "scaled":
      return a.mul(0.25, x);
    case "taken":
      return shape.length === 0 ? x : a.take(x, [shape[0] - 1, 0, 0]);
    case "masked":
      return a.where(
        Array.from({ length: sizeOf(shape) }, (_, i) => i % 2 === 0),
        x,
        a.constant([1], []),
      );
    case "stretched":
      return a.broadcastTo(shape.length < 2 ? x : a.slice(x, 0, 0, 1), [2, ...shape.slice(-1)]);
  }
}

/** The same where only the places of elements may change. */
function moved<T>(a: Algebra<T>, wrap: Wrap, x: T): T {
  return moves.includes(wrap) ? wrapped(a, wrap, x) : x;
}

type Formula = <T>(a: Algebra<T>, z: T, choices: Choices) => T;

type PairFormula = <T>(a: Algebra<T>, u: T, v: T, choices: Choices) => T;

/** A formula of two operands: the upper and the lower half of the rows. */
function ofHalves(written: PairFormula): Formula {
  return (a, z, choices) => {
    const [rows] = a.shapeOf(z);
    return written(a, a.slice(z, 0, 0, rows / 2), a.slice(z, 0, rows / 2, rows), choices);
  };
}

const quotient: Formula = (a, z, { axis }) => a.div(a.exp(z), a.sum(a.exp(z), axis, true));

function squared<T>(a: Algebra<T>, x: T): T {
  return a.mul(x, x);
}

/** The axis along which there is more than one element. */
function longAxis<T>(a: Algebra<T>, z: T, { axis }: Choices): 0 | 1 {
  return a.shapeOf(z)[axis] === 1 ? (axis === 0 ? 1 : 0) : axis;
}

/** Every second label is 1, the others are what the program says. */
function labels<T>(a: Algebra<T>, x: T, label: number): number[] {
  return Array.from({ length: sizeOf(a.shapeOf(x)) }, (_, i) => (i % 2 === 0 ? 1 : label));
}

/** One label in each row of the last axis. */
function oneHotRows<T>(a: Algebra<T>, x: T): number[] {
  const shape = a.shapeOf(x);
  const columns = shape[shape.length - 1];
  return Array.from({ length: sizeOf(shape) }, (_, i) => Number(i % columns === columns - 1));
}

/** A family of naive formulas. */
interface Family {
  readonly spellings: readonly Formula[];
  /** The powers of 10 between which inputs lie; default: logits, of ordinary size and as small as there are. */
  readonly powers?: readonly [from: number, to: number];
  /** Formulas of two operands: of any size each, of about the same size, or nearly the same. */
  readonly pairs?: "any" | "alike" | "near";
  /** Inputs are often near each other. */
  readonly isClustered?: boolean;
  /** The second operand is positive. */
  readonly isSecondPositive?: boolean;
}

const ε = 1e-7;
const rootOfTurn = Math.sqrt(2 * Math.PI);

/** Naive formulas by the name of their family, with all the ways to write them that the pass knows. */
export const families: Readonly<Record<string, Family>> = {
  "log(softmax(z))": {
    spellings: [
      (a, z, { axis, inside }) => a.log(wrapped(a, inside, a.softmax(z, axis))),
      (a, z, { axis, inside }) => a.log2(wrapped(a, inside, a.softmax(z, axis))),
      (a, z, { axis, inside }) => a.log10(wrapped(a, inside, a.softmax(z, axis))),
      (a, z, { axis }) => a.sub(z, a.logsumexp(z, axis, true)),
      (a, z, { axis }) => a.sub(z, a.log(a.sum(a.exp(z), axis, true))),
      (a, z, { axis }) => a.sub(a.slice(z, axis, 0, 1), a.logsumexp(z, axis, true)),
      (a, z, { axis }) => a.sub(a.logsumexp(z, axis, true), z),
      (a, z, { axis }) => a.sub(a.log(a.sum(a.exp(z), axis, true)), a.slice(z, axis, 0, 1)),
      (a, z) => {
        const flat = a.reshape(z, [sizeOf(a.shapeOf(z))]);
        return a.sub(a.logsumexp(flat, 0, false), a.reshape(a.slice(flat, 0, 0, 1), []));
      },
      (a, z) => {
        const flat = a.reshape(z, [sizeOf(a.shapeOf(z))]);
        return a.sub(a.slice(flat, 0, 1, 2), a.logsumexp(flat, 0, false));
      },
      (a, z, { axis }) => a.sub(z, a.reshape(a.logsumexp(z, axis, false), a.shapeOf(z).with(axis, 1))),
      (a, z, { axis }) =>
        a.sub(a.reshape(a.log(a.sum(a.exp(z), axis, false)), a.shapeOf(z).with(axis, 1)), z),
      (a, z, { axis }) => a.logSoftmax(a.sub(z, a.max(z, axis, true)), axis),
      (a, z, { axis }) => a.logSoftmax(a.sub(z, a.stopGradient(a.max(z, axis, true))), axis),
    ],
  },
  "exp(z) / sum(exp(z))": {
    spellings: [
      quotient,
      (a, z, choices) => a.log(wrapped(a, choices.inside, quotient(a, z, choices))),
      (a, z) => a.div(a.exp(z), a.sum(a.exp(z), undefined, false)),
      (a, z, { inside }) => a.log(moved(a, inside, a.div(a.exp(z), a.sum(a.exp(z), undefined, true)))),
      (a, z, { inside }) => a.div(moved(a, inside, a.exp(z)), a.sum(a.exp(z), undefined, false)),
      (a, z, { axis }) => a.div(a.exp2(z), a.sum(a.exp2(z), axis, true)),
      (a, z, { axis }) => a.div(a.pow(10, z), a.sum(a.pow(10, z), axis, true)),
      (a, z, { axis }) => {
        const kept = a.shapeOf(z).with(axis, 1);
        return a.div(a.exp(z), a.reshape(a.sum(a.exp(z), axis, false), kept));
      },
      (a, z, { axis }) => {
        const kept = a.shapeOf(z);
        return a.div(a.exp(z), a.broadcastTo(a.sum(a.exp(z), axis, true), kept.with(axis, 1)));
      },
      (a, z, { axis }) => a.mul(a.exp(z), a.div(1, a.sum(a.exp(z), axis, true))),
      (a, z, { axis }) => a.mul(a.exp(z), a.pow(a.sum(a.exp(z), axis, true), -1)),
      (a, z) => a.div(a.exp(z), a.add(a.exp(z), a.exp(a.mul(-0.5, z)))),
      (a, z, { axis }) => a.div(a.exp(z), a.add(a.sum(a.exp(z), axis, true), 2 ** -20)),
      (a, z, { axis }) => a.div(a.exp(z), a.mul(3, a.mean(a.exp(z), axis, true))),
      (a, z, { axis, keepDims }) => {
        const weights = a.constant(labels(a, z, 3), a.shapeOf(z));
        return a.div(a.sum(a.mul(weights, a.exp(z)), axis, keepDims), a.sum(a.exp(z), axis, keepDims));
      },
      (a, z, { axis, keepDims }) => {
        const weights = a.constant(labels(a, z, 3), a.shapeOf(z));
        return a.div(a.sum(a.mul(a.exp(z), weights), axis, keepDims), a.sum(a.exp(z), axis, keepDims));
      },
      (a, z, { axis }) => {
        const isKept = labels(a, z, 0).map((one, i) => one === 1 || i < 3);
        const kept = a.where(isKept, a.exp(z), 0);
        return a.div(kept, a.add(1, a.sum(kept, axis, true)));
      },
      (a, z, { axis }) => {
        const weights = a.constant(labels(a, z, -2), a.shapeOf(z));
        return a.div(a.mul(weights, a.exp(z)), a.sum(a.exp(z), axis, true));
      },
    ],
  },
  "log(sum(exp(z)))": {
    spellings: [
      (a, z, { axis, keepDims }) => a.log(a.sum(a.exp(z), axis, keepDims)),
      (a, z, { axis, keepDims }) => a.log(a.mean(a.exp(z), axis, keepDims)),
      (a, z, { keepDims }) =>
        a.log(a.sum(a.mul(a.constant(labels(a, z, 0.25), a.shapeOf(z)), a.exp(z)), undefined, keepDims)),
      (a, z, { keepDims }) =>
        a.log(a.mean(a.mul(a.exp(z), a.constant(labels(a, z, 0), a.shapeOf(z))), undefined, keepDims)),
      (a, z) => a.log(a.add(a.exp(z), a.exp(a.mul(0.5, z)))),
      (a, z, { axis, keepDims }) => a.log2(a.sum(a.exp2(z), axis, keepDims)),
      (a, z, { axis, keepDims }) => a.log10(a.sum(a.pow(10, z), axis, keepDims)),
      (a, z) => a.log(a.mul(a.exp(z), a.exp(a.mul(3, z)))),
      (a, z) => a.sqrt(a.exp(z)),
      (a, z) => a.pow(a.exp(z), 0.5),
      (a, z) => a.div(z, a.exp(z)),
      (a, z) => a.div(squared(a, z), a.mul(2, a.exp(a.abs(z)))),
      (a, z) => a.div(a.exp(z), a.exp(a.mul(0.5, z))),
      (a, z, { label }) => {
        const p = a.sigmoid(z);
        const weight = (one: number) => a.constant([one], []);
        return a.log(a.add(a.mul(weight(0.125 + label), p), a.mul(weight(1.25 - label), a.sub(1, p))));
      },
      (a, z, { label }) => {
        const p = a.sigmoid(z);
        const power = (one: number) => a.constant([one], []);
        return a.log(a.mul(a.pow(p, power(0.25 + label)), a.pow(a.sub(1, p), power(2.5 - label))));
      },
    ],
  },
  "log(1 - softmax(z))": {
    // Of one element alone nothing is left, whose logarithm is −∞.
    spellings: [
      (a, z, choices) => a.log(a.sub(1, moved(a, choices.inside, a.softmax(z, longAxis(a, z, choices))))),
      (a, z, choices) => a.log(moved(a, choices.inside, a.sub(1, a.softmax(z, longAxis(a, z, choices))))),
      (a, z, choices) => a.log2(a.sub(1, a.softmax(z, longAxis(a, z, choices)))),
      (a, z, choices) => a.log(a.add(a.neg(a.softmax(z, longAxis(a, z, choices))), 1)),
      (a, z, choices) => a.log1p(a.neg(a.softmax(z, longAxis(a, z, choices)))),
      (a, z, choices) => a.log(a.neg(a.sub(a.softmax(z, longAxis(a, z, choices)), 1))),
      (a, z, choices) => a.log(a.neg(a.add(a.softmax(z, longAxis(a, z, choices)), -1))),
      (a, z, choices) => {
        const axis = longAxis(a, z, choices);
        return a.log(a.sub(1, a.max(a.softmax(z, axis), axis, choices.keepDims)));
      },
      (a, z) => {
        const p = a.softmax(z, 1);
        const target = a.constant(oneHotRows(a, p), a.shapeOf(p));
        return a.sub(1, a.sum(a.mul(target, p), 1, false));
      },
    ],
  },
  "log(p1 * p2 * …)": {
    spellings: [
      (a, z, { axis }) => a.log(a.mul(a.softmax(z, axis), a.sigmoid(z))),
      (a, z, { axis, keepDims }) => a.log(a.prod(a.sigmoid(z), axis, keepDims)),
      (a, z, { axis }) => a.log(a.div(a.softmax(z, axis), a.exp(a.abs(z)))),
      (a, z, { axis }) => a.log(a.div(1, a.softmax(z, axis))),
      (a, z, { axis }) => a.log(a.sqrt(a.softmax(z, axis))),
      (a, z, { axis }) => a.log(a.pow(a.softmax(z, axis), 3)),
      (a, z, { axis }) => a.log(squared(a, a.softmax(z, axis))),
      (a, z) => a.log(a.sub(1, squared(a, a.tanh(z)))),
      (a, z) => a.log(a.mul(a.sigmoid(z), a.sub(1, a.sigmoid(z)))),
      (a, z) => a.log(a.cosh(z)),
      (a, z, { axis }) => a.log(a.mul(a.exp2(z), a.softmax(z, axis))),
      (a, z, { axis }) => a.log(a.concat([a.softmax(z, axis), a.sigmoid(z)], axis)),
      (a, z, { axis, keepDims }) => a.log(a.max(a.softmax(z, axis), axis, keepDims)),
      (a, z, { axis, keepDims }) => a.log(a.min(a.softmax(z, axis), axis, keepDims)),
      (a, z, { axis }) =>
        a.log(
          a.where(
            labels(a, z, 0).map((one) => one === 1),
            a.softmax(z, axis),
            a.sigmoid(z),
          ),
        ),
    ],
  },
  "-sum(y * log(softmax(z)))": {
    spellings: [
      (a, z, { axis }) => {
        const p = a.softmax(z, axis);
        return a.neg(a.sum(a.mul(a.constant(oneHotRows(a, p), a.shapeOf(p)), a.log(p)), undefined, true));
      },
      (a, z, { axis }) => {
        const p = a.softmax(z, axis);
        return a.neg(a.log(a.sum(a.mul(a.constant(oneHotRows(a, p), a.shapeOf(p)), p), 1, false)));
      },
      (a, z, { axis }) => a.neg(a.mean(a.log(a.take(a.softmax(z, axis), [0, 0])), undefined, false)),
      (a, z) => {
        const p = a.softmax(z, 1);
        return a.crossEntropy(p, oneHotRows(a, p));
      },
    ],
  },
  "log(sigmoid(z))": {
    spellings: [
      (a, z, { inside }) => a.log(wrapped(a, inside, a.sigmoid(z))),
      (a, z, { inside }) => a.log(wrapped(a, inside, a.sub(1, a.sigmoid(z)))),
      (a, z, { inside }) => a.log(a.sub(1, moved(a, inside, a.sigmoid(z)))),
      (a, z) => a.log1p(a.neg(a.sigmoid(z))),
      (a, z) => a.log(a.add(a.neg(a.sigmoid(z)), 1)),
      (a, z) => a.log(a.neg(a.sub(a.sigmoid(z), 1))),
      (a, z) => a.log(a.div(1, a.add(1, a.exp(a.neg(z))))),
      (a, z) => a.log(a.sub(1, a.div(a.exp(z), a.add(a.exp(z), 1)))),
      (a, z) => a.log(a.mul(0.5, a.add(1, a.tanh(a.mul(0.5, z))))),
      (a, z) => a.log(a.div(a.add(1, a.tanh(a.div(z, 2))), 2)),
      (a, z, { label }) => {
        const p = a.sigmoid(z);
        return a.neg(a.add(a.mul(label, a.log(p)), a.mul(1 - label, a.log(a.sub(1, p)))));
      },
    ],
  },
  "1 / (1 + exp(-z))": {
    spellings: [
      (a, z) => a.div(1, a.add(1, a.exp(a.neg(z)))),
      (a, z) => a.div(3, a.add(1, a.exp(z))),
      (a, z) => a.div(a.exp(z), a.add(1, a.exp(z))),
      (a, z) => a.sub(1, a.sigmoid(z)),
      (a, z) => a.sub(1, a.div(a.exp(z), a.add(1, a.exp(z)))),
      (a, z) => a.mul(a.sigmoid(z), a.sub(1, a.sigmoid(z))),
      (a, z) => a.add(1, a.tanh(z)),
      (a, z) => a.sub(1, a.tanh(z)),
      (a, z) => a.mul(0.5, a.add(1, a.tanh(z))),
      (a, z) => a.div(a.add(1, a.tanh(z)), 2),
      (a, z, { inside }) => a.sub(1, moved(a, inside, a.sigmoid(z))),
      (a, z) => a.add(a.neg(a.sigmoid(z)), 1),
      (a, z) => a.sub(a.sigmoid(z), 1),
      (a, z) => a.add(a.sigmoid(z), -1),
      (a, z) => a.mul(a.exp(z), a.div(1, a.add(1, a.exp(z)))),
      (a, z) => a.pow(a.add(1, a.exp(a.neg(z))), -1),
      (a, z) => a.div(5, a.add(1, a.mul(9, a.exp(a.neg(z))))),
      (a, z) => a.div(1, a.add(1, a.pow(10, a.neg(z)))),
      (a, z) => a.div(1, a.add(1, a.div(1, a.exp(z)))),
      (a, z) => a.div(a.exp(a.neg(z)), squared(a, a.add(1, a.exp(a.neg(z))))),
      (a, z) => a.div(a.exp(z), a.pow(a.add(1, a.exp(z)), 2)),
      (a, z) => a.add(0.5, a.mul(0.5, a.tanh(a.mul(0.5, z)))),
      (a, z) => {
        const p = a.sigmoid(z);
        return a.sub(
          1,
          a.where(
            labels(a, z, 0).map((one) => one === 1),
            p,
            a.sub(1, p),
          ),
        );
      },
    ],
  },
  "log(1 + exp(z))": {
    spellings: [
      (a, z) => a.log(a.add(1, a.exp(z))),
      (a, z) => a.log1p(a.exp(z)),
      (a, z) => a.log(a.add(1, a.mul(3, a.exp(z)))),
      (a, z, { axis, keepDims }) => a.log(a.add(1, a.sum(a.exp(z), axis, keepDims))),
      (a, z) => a.log2(a.add(1, a.exp2(z))),
      (a, z) => a.sub(z, a.log(a.add(1, a.exp(z)))),
      (a, z) => a.sub(a.log(a.add(1, a.exp(z))), z),
      (a, z) => a.add(a.log(a.add(1, a.exp(a.neg(z)))), z),
      (a, z) => a.log(a.sub(a.exp(a.abs(z)), 1)),
    ],
  },
  "log(clip(p, ε, 1 - ε))": {
    spellings: [
      (a, z, { axis, inside }) => a.log(a.clip(moved(a, inside, a.softmax(z, axis)), ε, 1)),
      (a, z, { inside }) => a.log(a.clip(moved(a, inside, a.sigmoid(z)), ε, 1 - ε)),
      (a, z) => a.log(a.sub(1, a.clip(a.sigmoid(z), ε, 1 - ε))),
      (a, z, { axis }) => a.log(a.maximum(a.softmax(z, axis), 0.001)),
      (a, z) => a.log(a.minimum(a.sigmoid(z), 0.75)),
      (a, z) => a.log(a.sub(1, a.maximum(a.sigmoid(z), 0.001))),
      (a, z) => a.log(a.sub(1, a.minimum(a.sigmoid(z), 0.75))),
      (a, z, { axis, inside }) => a.log(a.add(moved(a, inside, a.softmax(z, axis)), 2 ** -20)),
      (a, z) => a.log(a.add(a.sub(1, a.sigmoid(z)), 2 ** -20)),
    ],
  },
  "log(p) - log(q)": {
    pairs: "near",
    spellings: [
      ofHalves((a, u, v, { axis }) => a.sub(a.log(a.softmax(u, axis)), a.log(a.softmax(v, axis)))),
      ofHalves((a, u, v, { axis }) => a.log(a.div(a.softmax(u, axis), a.softmax(v, axis)))),
      ofHalves((a, u, v, { axis, inside }) =>
        a.sub(a.log(moved(a, inside, a.softmax(u, axis))), a.log(moved(a, inside, a.softmax(v, axis)))),
      ),
    ],
  },
  "sum(p * (log(p) - log(q)))": {
    pairs: "any",
    spellings: [
      ofHalves((a, u, v, { axis, keepDims }) => {
        const [p, q] = [a.softmax(u, axis), a.softmax(v, axis)];
        return a.sum(a.mul(p, a.sub(a.log(p), a.log(q))), axis, keepDims);
      }),
      ofHalves((a, u, v, { axis }) => {
        const [p, q] = [a.softmax(u, axis), a.softmax(v, axis)];
        return a.sum(a.mul(p, a.log(a.div(p, q))), undefined, true);
      }),
      ofHalves((a, u, v) => a.divergence(a.log(a.softmax(u, 1)), a.softmax(v, 1))),
    ],
  },
  "(exp(x) - exp(-x)) / (exp(x) + exp(-x))": {
    powers: [-12, 2.4],
    spellings: [
      (a, x) => a.div(a.sub(a.exp(x), a.exp(a.neg(x))), a.add(a.exp(x), a.exp(a.neg(x)))),
      (a, x) => a.div(a.sub(a.exp(x), a.div(1, a.exp(x))), a.add(a.exp(x), a.div(1, a.exp(x)))),
      (a, x) => a.div(a.sinh(x), a.cosh(x)),
      (a, x) => a.div(a.sub(a.exp(a.mul(2, x)), 1), a.add(a.exp(a.mul(2, x)), 1)),
      (a, x) => a.div(a.sub(1, a.exp(a.mul(-2, x))), a.add(1, a.exp(a.mul(-2, x)))),
      (a, x) => a.div(a.sub(squared(a, a.exp(x)), 1), a.add(squared(a, a.exp(x)), 1)),
      (a, x) => a.sub(1, a.div(2, a.add(a.exp(a.mul(2, x)), 1))),
      (a, x) =>
        a.div(a.mul(0.5, a.sub(a.exp(x), a.exp(a.neg(x)))), a.mul(0.5, a.add(a.exp(x), a.exp(a.neg(x))))),
      (a, x) => a.div(a.add(a.neg(a.exp(a.mul(-2, x))), 1), a.add(1, a.exp(a.mul(-2, x)))),
      (a, x) => a.mul(a.sub(a.exp(x), 1), a.div(1, a.add(a.exp(x), 1))),
      (a, x) => a.sub(a.mul(2, a.sigmoid(a.mul(2, x))), 1),
      (a, x) => a.add(a.mul(2, a.sigmoid(x)), -1),
      (a, x) => a.sub(1, squared(a, a.tanh(x))),
      (a, x) => a.sub(1, a.pow(a.tanh(x), 2)),
    ],
  },
  "(exp(x) - exp(-x)) / 2": {
    powers: [-12, 1.6],
    spellings: [
      (a, x) => a.div(a.sub(a.exp(x), a.exp(a.neg(x))), 2),
      (a, x) => a.mul(0.5, a.sub(a.exp(x), a.exp(a.neg(x)))),
      (a, x) => a.sub(a.exp(x), a.div(1, a.exp(x))),
      (a, x) => a.div(a.add(a.exp(x), a.exp(a.neg(x))), 2),
      (a, x) => a.mul(0.5, a.add(a.exp(x), a.div(1, a.exp(x)))),
      (a, x) => a.log(a.div(a.add(a.exp(x), a.exp(a.neg(x))), 2)),
    ],
  },
  "mean(x²) - mean(x)²": {
    isClustered: true,
    powers: [-18, 18],
    spellings: [
      (a, x, choices) => {
        const axis = longAxis(a, x, choices);
        return a.sub(
          a.mean(a.mul(x, x), axis, choices.keepDims),
          squared(a, a.mean(x, axis, choices.keepDims)),
        );
      },
      (a, x, choices) => {
        const axis = longAxis(a, x, choices);
        const n = a.shapeOf(x)[axis];
        const centred = a.sub(a.sum(a.pow(x, 2), axis, false), a.div(a.pow(a.sum(x, axis, false), 2), n));
        return a.div(centred, n - 1);
      },
      (a, x) => {
        const n = sizeOf(a.shapeOf(x));
        return a.sub(
          a.div(a.sum(a.mul(x, x), undefined, true), n),
          squared(a, a.div(a.sum(x, undefined, true), n)),
        );
      },
      (a, x, choices) => {
        const axis = longAxis(a, x, choices);
        const n = a.shapeOf(x)[axis];
        return a.sub(a.sum(a.mul(x, x), axis, true), a.mul(n, squared(a, a.mean(x, axis, true))));
      },
      (a, x, choices) => {
        const axis = longAxis(a, x, choices);
        return a.sqrt(a.sub(a.mean(a.mul(x, x), axis, true), squared(a, a.mean(x, axis, true))));
      },
      (a, x, choices) => a.sqrt(a.variance(x, longAxis(a, x, choices), true)),
      (a, x, choices) => {
        const axis = longAxis(a, x, choices);
        return a.add(a.mean(a.mul(x, x), axis, true), a.neg(squared(a, a.mean(x, axis, true))));
      },
    ],
  },
  "sqrt(sum(x*x))": {
    powers: [-36, 36],
    spellings: [
      (a, x, { axis, keepDims }) => a.sqrt(a.sum(a.mul(x, x), axis, keepDims)),
      (a, x, { axis, keepDims }) => a.sqrt(a.sum(a.pow(x, 2), axis, keepDims)),
      (a, x, { axis, keepDims }) => a.pow(a.sum(a.mul(x, x), axis, keepDims), 0.5),
      (a, x, { axis, keepDims }) => a.sqrt(a.mean(a.mul(x, x), axis, keepDims)),
      (a, x, { axis, keepDims }) => a.sqrt(a.mean(a.pow(x, 2), axis, keepDims)),
      (a, x, { axis, keepDims }) => a.sqrt(a.div(a.sum(a.mul(x, x), axis, keepDims), a.shapeOf(x)[axis])),
      (a, x, { axis, keepDims }) => a.pow(a.mean(a.pow(x, 2), axis, keepDims), 0.5),
      (a, x, { axis, keepDims }) => a.sqrt(a.mul(0.25, a.sum(a.pow(x, 2), axis, keepDims))),
      (a, x) => a.sqrt(a.add(a.add(a.mul(x, x), a.mul(4, a.mul(x, x))), a.pow(x, 2))),
      (a, x) => a.sqrt(a.add(1, a.mul(x, x))),
      (a, x, { axis }) => a.div(x, a.sqrt(a.add(a.mean(a.mul(x, x), axis, true), 2 ** -20))),
      (a, x, { axis, keepDims }) => a.log(a.sum(a.mul(x, x), axis, keepDims)),
      (a, x, { axis, keepDims }) => a.log(a.mean(a.mul(x, x), axis, keepDims)),
      (a, x) => a.log(a.add(2, a.mul(x, x))),
    ],
  },
  "x / sqrt(sum(x*x))": {
    powers: [-18, 18],
    spellings: [
      (a, x, { axis }) => a.div(x, a.sqrt(a.sum(a.mul(x, x), axis, true))),
      (a, x, { axis }) => a.mul(x, a.rsqrt(a.sum(a.mul(x, x), axis, true))),
      (a, x, { axis }) => a.mul(x, a.div(1, a.norm(x, axis, true))),
      (a, x, { axis }) => a.mul(x, a.pow(a.sum(a.pow(x, 2), axis, true), -0.5)),
      (a, x, { axis, keepDims }) => {
        const y = a.mul(a.constant(labels(a, x, -3), a.shapeOf(x)), x);
        const length = (one: typeof x) => a.sqrt(a.sum(a.mul(one, one), axis, keepDims));
        return a.div(a.sum(a.mul(x, y), axis, keepDims), a.mul(length(x), length(y)));
      },
      (a, x, { axis, keepDims }) => {
        const y = a.mul(a.constant(labels(a, x, -3), a.shapeOf(x)), x);
        const square = (one: typeof x) => a.sum(a.mul(one, one), axis, keepDims);
        return a.div(a.sum(a.mul(x, y), axis, keepDims), a.sqrt(a.mul(square(x), square(y))));
      },
    ],
  },
  "sqrt(x*x + y*y)": {
    powers: [-36, 36],
    pairs: "alike",
    spellings: [ofHalves((a, u, v) => a.sqrt(a.add(a.mul(u, u), a.mul(v, v))))],
  },
  "log(exp(-(x-μ)²/(2σ²)) / (σ√(2π)))": {
    powers: [-30, 25],
    pairs: "alike",
    isSecondPositive: true,
    spellings: [
      ofHalves((a, x, σ) =>
        a.log(a.div(a.exp(a.neg(a.div(a.mul(x, x), a.mul(2, a.mul(σ, σ))))), a.mul(σ, rootOfTurn))),
      ),
      ofHalves((a, x, σ) =>
        a.log(
          a.mul(
            a.div(1, a.sqrt(a.mul(2 * Math.PI, a.mul(σ, σ)))),
            a.exp(a.mul(-0.5, squared(a, a.div(x, σ)))),
          ),
        ),
      ),
      ofHalves((a, x, σ) =>
        a.log(a.div(a.exp(a.div(a.neg(a.pow(x, 2)), a.mul(2, a.pow(σ, 2)))), a.mul(rootOfTurn, σ))),
      ),
      ofHalves((a, x, σ) => a.log(a.div(a.normalPdf(a.div(x, σ)), σ))),
      ofHalves((a, x, σ) =>
        a.sub(a.mul(-0.5, a.log(a.mul(2 * Math.PI, a.mul(σ, σ)))), a.div(a.mul(x, x), a.mul(2, a.mul(σ, σ)))),
      ),
    ],
  },
  "x² / y²": {
    powers: [-30, 30],
    pairs: "alike",
    spellings: [
      ofHalves((a, u, v) => a.div(a.mul(u, u), a.mul(v, v))),
      ofHalves((a, u, v) => a.div(a.mul(3, a.mul(u, u)), a.mul(a.pow(v, 2), 7))),
    ],
  },
  "log(x*x)": {
    powers: [-36, 36],
    spellings: [(a, x) => a.log(a.mul(x, x)), (a, x) => a.log(a.mul(5, a.pow(x, 2)))],
  },
  "log(1 + x)": {
    powers: [-18, 18],
    spellings: [
      (a, x) => a.log(a.add(1, a.mul(x, x))),
      (a, x) => a.log(a.sub(1, a.neg(a.mul(x, x)))),
      (a, x) => a.log1p(a.div(a.mul(x, x), 5)),
      (a, x) => a.log(a.add(1, a.mul(1e9, a.pow(x, 2)))),
    ],
  },
  "exp(x) - 1": {
    powers: [-12, 1.6],
    spellings: [
      (a, x) => a.sub(a.exp(x), 1),
      (a, x) => a.add(a.exp(x), -1),
      (a, x) => a.sub(1, a.exp(x)),
      (a, x) => a.sub(squared(a, a.exp(x)), 1),
      (a, x) => a.sub(a.pow(a.exp(x), 2), 1),
      (a, x) => a.log(a.sub(1, a.exp(a.neg(a.abs(x))))),
      (a, x) => a.log1p(a.neg(a.exp(a.neg(a.abs(x))))),
    ],
  },
  "1 - cos(x)": {
    powers: [-12, 3],
    spellings: [
      (a, x) => a.sub(1, a.cos(x)),
      (a, x) => a.sub(a.cos(x), 1),
      (a, x, { inside }) => a.sub(1, moved(a, inside, a.cos(x))),
      (a, x) => a.add(a.neg(a.cos(x)), 1),
    ],
  },
  "1 + erf(x)": {
    powers: [-1, 0.95],
    spellings: [
      (a, x) => a.add(1, a.erf(x)),
      (a, x) => a.sub(1, a.erf(x)),
      (a, x) => a.mul(a.mul(0.5, x), a.add(a.erf(a.div(x, Math.SQRT2)), 1)),
      (a, x) => a.sub(1, a.normalCdf(x)),
      (a, x) => a.add(a.neg(a.normalCdf(x)), 1),
    ],
  },
  "sqrt(x*x)": {
    powers: [-36, 36],
    spellings: [
      (a, x) => a.sqrt(a.mul(x, x)),
      (a, x) => a.sqrt(a.pow(x, 2)),
      (a, x) => a.sqrt(a.mul(3, a.mul(x, x))),
      (a, x) => a.pow(a.mul(x, x), 0.5),
    ],
  },
};

/** A naive formula with something around it, and where it is tried. */
export interface Program {
  readonly name: string;
  /** Which of the family's spellings. */
  readonly spelling: number;
  readonly choices: Choices;
  /** The input is scaled by this, as it is, turned or flat. */
  readonly scale: number;
  readonly before: "nothing" | "turned" | "flat";
  readonly after: Wrap;
  readonly shape: Shape;
  readonly values: readonly number[];
  /** Which element of the result is differentiated, counted round and round. */
  readonly element: number;
}

/** Numbers of all sizes, as often as each other. */
function numbers([from, to]: readonly [number, number]): fc.Arbitrary<number> {
  return fc
    .tuple(fc.noBias(fc.integer({ min: from * 1000, max: to * 1000 })), fc.boolean())
    .map(([power, isNegative]) => Math.fround((isNegative ? -1 : 1) * 10 ** (power / 1000)));
}

/** Logits: three in four of ordinary size, the fourth perhaps as small as float32 has them. */
const logits = fc.oneof(
  { weight: 3, arbitrary: numbers([-3, 2.4]) },
  { weight: 1, arbitrary: numbers([-37, 2.4]) },
);

/** Numbers of which the others are near the first, but for one in four. */
function clustered(number: fc.Arbitrary<number>, count: number): fc.Arbitrary<number[]> {
  const distances = fc.array(numbers([-5, 0]), { minLength: count, maxLength: count });
  const apart = fc.array(number, { minLength: count, maxLength: count });
  const near = fc
    .tuple(number, distances)
    .map(([first, all]) => all.map((distance) => Math.fround(first * (1 + distance))));
  return fc.oneof({ weight: 3, arbitrary: near }, { weight: 1, arbitrary: apart });
}

/** The second operands of a formula of two. */
function seconds(
  firsts: readonly number[],
  { pairs, isSecondPositive = false, powers }: Family,
): fc.Arbitrary<number[]> {
  const ofEach = firsts.map((first): fc.Arbitrary<number> => {
    if (pairs === "any") return powers === undefined ? logits : numbers(powers);
    const factor = numbers(pairs === "near" ? [-7, -1] : [-2, 2]);
    return factor.map((one) => Math.fround(pairs === "near" ? first * (1 + one) : first * one));
  });
  return fc.tuple(...ofEach).map((all) => (isSecondPositive ? all.map(Math.abs) : all));
}

/** Random programs around the formulas of a family. */
function programs(name: string): fc.Arbitrary<Program> {
  const family = families[name];
  const { powers, pairs, spellings } = family;
  const isPair = pairs !== undefined;
  const number = powers === undefined ? logits : numbers(powers);
  const sizes = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 2, max: 3 }));
  const inputs = sizes.chain(([rows, columns]) =>
    (family.isClustered === true
      ? clustered(number, rows * columns)
      : fc.array(number, { minLength: rows * columns, maxLength: rows * columns })
    ).chain((firsts) =>
      (isPair ? seconds(firsts, family) : fc.constant([])).map((others) => ({
        shape: [isPair ? 2 * rows : rows, columns] as Shape,
        values: [...firsts, ...others],
      })),
    ),
  );
  return fc
    .record({
      inputs,
      spelling: fc.nat({ max: spellings.length - 1 }),
      choices: fc.record({
        axis: fc.constantFrom(0 as const, 1 as const),
        keepDims: fc.boolean(),
        label: fc.constantFrom(0, 1, 0.25),
        inside: fc.constantFrom(...wraps),
      }),
      scale: fc.constantFrom(...(family.isSecondPositive ? [1, 2, 0.5] : [1, -1, 2, 0.5])),
      before: fc.constantFrom(
        ...(isPair ? (["nothing"] as const) : (["nothing", "turned", "flat"] as const)),
      ),
      after: fc.constantFrom(...wraps),
      element: fc.nat({ max: 11 }),
    })
    .map(({ inputs: { shape, values }, ...rest }) => ({ name, ...rest, shape, values }));
}

/** The programs that the table in the documentation counts: each spelling as often as the others. */
export function sampled(name: string, count: number): Program[] {
  return fc
    .sample(programs(name), { seed: 7, numRuns: count })
    .map((program, i) => ({ ...program, spelling: i % families[name].spellings.length }));
}

function build<T>(a: Algebra<T>, { name, spelling, choices, scale, before, after, shape }: Program, x: T): T {
  const scaled = scale === 1 ? x : a.mul(x, scale);
  const z =
    before === "turned"
      ? a.transpose(scaled)
      : before === "flat"
        ? a.reshape(scaled, [1, sizeOf(shape)])
        : scaled;
  return wrapped(a, after, families[name].spellings[spelling](a, z, choices));
}

/** Results of a program: its elements, and the gradient of one of them. */
export interface Outcome {
  readonly values: readonly number[];
  readonly gradient: readonly number[];
}

/** Enough bits: exponentials lie up to 5 times the largest logit apart, numbers without them as far as float32 reaches. */
function bitsFor({ name, values }: Program): number {
  const [, to] = families[name].powers ?? [0, 0];
  return 600 + (to > 3 ? 0 : Math.ceil(17 * Math.max(...values.map(Math.abs))));
}

/** What a program gives exactly, for other inputs as well. */
function exactly(program: Program, inputs: readonly number[]): Outcome {
  return withBits(bitsFor(program), () => {
    const { elements } = build(ofDuals(inputs.length), program, variablesOf(inputs, program.shape));
    return {
      values: elements.map(({ value }) => toNumber(value)),
      gradient: elements[program.element % elements.length].slopes.map(toNumber),
    };
  });
}

/** The values alone that a program gives for its inputs in some dtype. */
export function valuesIn(dtype: "float32" | "float64", program: Program): number[] {
  const x = tensor([...program.values], program.shape, { dtype }) as AnyTensor;
  return [...build(ofTensors, program, x).toTypedArray()];
}

/** Programs of a family of which some inputs are infinite, no number or 0; the others neither overflow nor cancel. */
export function atLimits(name: string, count: number): Program[] {
  const { isSecondPositive = false } = families[name];
  const limits = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, 0.5, 2, -1.25];
  const places = fc.array(fc.nat({ max: limits.length - 1 }), { minLength: 12, maxLength: 12 });
  return fc
    .sample(fc.tuple(programs(name), places), { seed: 11, numRuns: count })
    .map(([program, chosen], i) => ({
      ...program,
      spelling: i % families[name].spellings.length,
      values: program.values.map((_, place) => {
        const value = limits[chosen[place]];
        return isSecondPositive && place >= program.values.length / 2 ? Math.abs(value) : value;
      }),
    }));
}

/** What a program gives as tensors. */
export function asTensors(program: Program, dtype: "float32" | "float64" = "float32"): Outcome {
  const x = tensor([...program.values], program.shape, { dtype }) as AnyTensor;
  const one = (input: AnyTensor): AnyTensor => {
    const result = build(ofTensors, program, input);
    const place = program.element % result.size;
    return reshape(slice(reshape(result, [result.size]) as AnyTensor, [place], [place + 1]) as AnyTensor, []);
  };
  return {
    values: [...build(ofTensors, program, x).toTypedArray()],
    gradient: [...(grad(one as never)(x as never) as AnyTensor).toTypedArray()],
  };
}

const ulp = 2 ** -23;

/** What is beyond float32's range may be ∞. */
const largest = 2 ** 128 - 2 ** 103;

/** The exact numbers of a program, and by how much a change of each input by one ulp changes them. */
interface Truth {
  readonly expected: readonly number[];
  /** Found when it is asked for: most numbers are right without. */
  readonly slack: () => readonly number[];
}

const truths = new WeakMap<Program, Truth>();

const together = ({ values, gradient }: Outcome): readonly number[] => [...values, ...gradient];

function truthOf(program: Program): Truth {
  const before = truths.get(program);
  if (before !== undefined) return before;
  const expected = together(exactly(program, program.values));
  let slack: number[] | undefined;
  const truth: Truth = {
    expected,
    slack() {
      slack ??= program.values.reduce(
        (sums, moved, j) => {
          const there = together(exactly(program, program.values.with(j, moved * (1 + ulp))));
          return sums.map((sum, i) => sum + Math.abs(there[i] - expected[i]));
        },
        expected.map(() => 0),
      );
      return slack;
    },
  };
  truths.set(program, truth);
  return truth;
}

/**
 * Is each number within 1e-5 of the exact one, or within 8 ulps of what a change of the inputs by one ulp makes of it? What is
 * below float32's smallest normal number may be 0, and what is beyond its largest one ∞.
 */
export function isRight(program: Program, outcome: Outcome): boolean {
  const { expected, slack } = truthOf(program);
  const isNear = (actual: number, i: number, allowed: number): boolean =>
    Math.abs(actual - expected[i]) <= Math.max(1e-5 * Math.abs(expected[i]), 8 * allowed) + 2 ** -125 ||
    (Math.abs(expected[i]) > largest && actual === Math.sign(expected[i]) * Number.POSITIVE_INFINITY);
  const actual = together(outcome);
  const suspects = actual.map((_, i) => i).filter((i) => !isNear(actual[i], i, 0));
  // What is no number is wrong without further ado.
  return (
    suspects.every((i) => Number.isFinite(actual[i])) &&
    suspects.every((i) => isNear(actual[i], i, slack()[i]))
  );
}
