import { sigmoid, softmax } from "@adjoint/ops";
import * as engine from "@adjoint/tensor";
import { type AnyTensor, broadcastShapes, reducedShape, type Shape, sizeOf, tensor } from "@adjoint/tensor";
import {
  type BigFloat,
  big,
  exponential,
  logarithm,
  minus,
  over,
  plus,
  squareRoot,
  times,
  zero,
} from "./bigfloat.ts";

/** What naive formulas are made of, so that one formula can be a graph of tensors and a computation with many digits. */
export interface Algebra<T> {
  shapeOf(x: T): Shape;
  /** Numbers that are no variables. */
  constant(values: readonly number[], shape: Shape): T;
  exp(x: T): T;
  log(x: T): T;
  sqrt(x: T): T;
  neg(x: T): T;
  sigmoid(x: T): T;
  add(a: T | number, b: T | number): T;
  sub(a: T | number, b: T | number): T;
  mul(a: T | number, b: T | number): T;
  div(a: T | number, b: T | number): T;
  softmax(x: T, axis: number): T;
  sum(x: T, axis: number | undefined, keepDims: boolean): T;
  reshape(x: T, shape: Shape): T;
  transpose(x: T): T;
  /** The elements `from` up to `to` along `axis`. */
  slice(x: T, axis: number, from: number, to: number): T;
}

/** The graph of a formula, exactly as it is written. */
export const ofTensors: Algebra<AnyTensor> = {
  shapeOf: ({ shape }) => shape,
  constant: (values, shape) => tensor([...values], shape) as AnyTensor,
  exp: engine.exp,
  log: engine.log,
  sqrt: engine.sqrt,
  neg: engine.neg as (x: AnyTensor) => AnyTensor,
  sigmoid,
  add: engine.add as (a: engine.Operand, b: engine.Operand) => AnyTensor,
  sub: engine.sub as (a: engine.Operand, b: engine.Operand) => AnyTensor,
  mul: engine.mul as (a: engine.Operand, b: engine.Operand) => AnyTensor,
  div: engine.div as (a: engine.Operand, b: engine.Operand) => AnyTensor,
  softmax: (x, axis) => softmax(x, { axis } as never) as AnyTensor,
  sum: (x, axis, keepDims) => engine.sum(x, { axis, keepDims }) as AnyTensor,
  reshape: (x, shape) => engine.reshape(x, shape) as AnyTensor,
  transpose: (x) => engine.transpose(x) as AnyTensor,
  slice(x, axis, from, to) {
    const begin = x.shape.map((_, i) => (i === axis ? from : 0));
    return engine.slice(
      x,
      begin,
      x.shape.map((n, i) => (i === axis ? to : n)),
    ) as AnyTensor;
  },
};

/** A number of many digits, with its derivatives by all variables. */
interface Dual {
  readonly value: BigFloat;
  readonly slopes: readonly BigFloat[];
}

/** An array of such numbers, row by row. */
export interface DualArray {
  readonly shape: Shape;
  readonly elements: readonly Dual[];
}

function chained({ slopes }: Dual, value: BigFloat, factor: BigFloat): Dual {
  return { value, slopes: slopes.map((slope) => times(slope, factor)) };
}

function combined(a: Dual, b: Dual, value: BigFloat, byA: BigFloat, byB: BigFloat): Dual {
  return { value, slopes: a.slopes.map((slope, i) => plus(times(slope, byA), times(b.slopes[i], byB))) };
}

const one = big(1);

function expOf(x: Dual): Dual {
  const value = exponential(x.value);
  return chained(x, value, value);
}

function productOf(a: Dual, b: Dual): Dual {
  return combined(a, b, times(a.value, b.value), b.value, a.value);
}

function quotientOf(a: Dual, b: Dual): Dual {
  const value = over(a.value, b.value);
  return combined(a, b, value, over(one, b.value), minus(over(value, b.value)));
}

function sumOf(a: Dual, b: Dual): Dual {
  return combined(a, b, plus(a.value, b.value), one, one);
}

/** The places in an array of `shape` that make up place `i` of the whole, stretched as broadcasting does. */
function placeIn(shape: Shape, whole: Shape, place: number): number {
  let rest = place;
  let at = 0;
  let stride = 1;
  for (let axis = whole.length - 1, own = shape.length - 1; own >= 0; axis--, own--) {
    at += (shape[own] === 1 ? 0 : rest % whole[axis]) * stride;
    stride *= shape[own];
    rest = Math.floor(rest / whole[axis]);
  }
  return at;
}

/** The formula in numbers of many digits, with the derivatives by `variables` numbers. */
export function ofDuals(variables: number): Algebra<DualArray> {
  const plain = (value: number): Dual => ({
    value: big(value),
    slopes: Array.from({ length: variables }, () => zero),
  });
  const asArray = (x: DualArray | number): DualArray =>
    typeof x === "number" ? { shape: [], elements: [plain(x)] } : x;
  const each =
    (fn: (x: Dual) => Dual) =>
    ({ shape, elements }: DualArray): DualArray => ({ shape, elements: elements.map(fn) });
  const pairs =
    (fn: (a: Dual, b: Dual) => Dual) =>
    (left: DualArray | number, right: DualArray | number): DualArray => {
      const [a, b] = [asArray(left), asArray(right)];
      const shape = broadcastShapes("pairs", [a.shape, b.shape]);
      return {
        shape,
        elements: Array.from({ length: sizeOf(shape) }, (_, i) =>
          fn(a.elements[placeIn(a.shape, shape, i)], b.elements[placeIn(b.shape, shape, i)]),
        ),
      };
    };
  const pick = (x: DualArray, shape: Shape, from: (place: number) => number): DualArray => ({
    shape,
    elements: Array.from({ length: sizeOf(shape) }, (_, i) => x.elements[from(i)]),
  });
  const negated = (x: Dual): Dual => chained(x, minus(x.value), big(-1));
  const algebra: Algebra<DualArray> = {
    shapeOf: ({ shape }) => shape,
    constant: (values, shape) => ({ shape, elements: values.map(plain) }),
    exp: each(expOf),
    log: each((x) => chained(x, logarithm(x.value), over(one, x.value))),
    sqrt: each((x) => {
      const root = squareRoot(x.value);
      return chained(x, root, over(one, plus(root, root)));
    }),
    neg: each(negated),
    sigmoid: each((x) => quotientOf(plain(1), sumOf(plain(1), expOf(negated(x))))),
    add: pairs(sumOf),
    sub: pairs((a, b) => sumOf(a, negated(b))),
    mul: pairs(productOf),
    div: pairs(quotientOf),
    softmax(x, axis) {
      const powers = algebra.exp(x);
      return algebra.div(powers, algebra.sum(powers, axis, true));
    },
    sum(x, axis, keepDims) {
      const axes = axis === undefined ? x.shape.map((_, i) => i) : [axis];
      const kept = reducedShape(x.shape, axes, true);
      const totals = Array.from({ length: sizeOf(kept) }, () => plain(0));
      x.elements.forEach((element, i) => {
        const place = placeIn(kept, x.shape, i);
        totals[place] = sumOf(totals[place], element);
      });
      return { shape: reducedShape(x.shape, axes, keepDims), elements: totals };
    },
    reshape: ({ elements }, shape) => ({ shape, elements }),
    transpose: (x) =>
      pick(x, x.shape.toReversed(), (i) => {
        const [rows] = x.shape;
        return x.shape.length < 2 ? i : (i % rows) * (x.elements.length / rows) + Math.floor(i / rows);
      }),
    slice(x, axis, from, to) {
      const shape = x.shape.map((n, i) => (i === axis ? to - from : n));
      const inner = sizeOf(x.shape.slice(axis + 1));
      return pick(x, shape, (i) => {
        const row = Math.floor(i / (inner * (to - from)));
        return (row * x.shape[axis] + from) * inner + (i % (inner * (to - from)));
      });
    },
  };
  return algebra;
}

/** The variables themselves. */
export function variablesOf(values: readonly number[], shape: Shape): DualArray {
  const elements = values.map((value, i) => ({
    value: big(value),
    slopes: values.map((_, j) => (i === j ? one : zero)),
  }));
  return { shape, elements };
}
