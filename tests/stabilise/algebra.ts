import { categoricalCrossentropy, klDivergence } from "@adjoint/nn";
import * as ops from "@adjoint/ops";
import * as engine from "@adjoint/tensor";
import { type AnyTensor, broadcastShapes, reducedShape, type Shape, sizeOf, tensor } from "@adjoint/tensor";
import {
  type BigFloat,
  big,
  cosineAndSine,
  errorFunction,
  errorSlope,
  exponential,
  isLess,
  logarithm,
  minus,
  over,
  plus,
  squareRoot,
  times,
  twoPi,
  zero,
} from "./bigfloat.ts";

/** What naive formulas are made of, so that one formula can be a graph of tensors and a computation with many digits. */
export interface Algebra<T> {
  shapeOf(x: T): Shape;
  /** Numbers that are no variables. */
  constant(values: readonly number[], shape: Shape): T;
  exp(x: T): T;
  exp2(x: T): T;
  log(x: T): T;
  log2(x: T): T;
  log10(x: T): T;
  log1p(x: T): T;
  sqrt(x: T): T;
  rsqrt(x: T): T;
  /** Only of positive numbers, or to the power 2. */
  pow(x: T | number, exponent: T | number): T;
  abs(x: T): T;
  neg(x: T): T;
  cos(x: T): T;
  sinh(x: T): T;
  cosh(x: T): T;
  tanh(x: T): T;
  sigmoid(x: T): T;
  softplus(x: T): T;
  erf(x: T): T;
  normalCdf(x: T): T;
  normalPdf(x: T): T;
  stopGradient(x: T): T;
  clip(x: T, min: number | undefined, max: number | undefined): T;
  maximum(a: T, b: T | number): T;
  minimum(a: T, b: T | number): T;
  add(a: T | number, b: T | number): T;
  sub(a: T | number, b: T | number): T;
  mul(a: T | number, b: T | number): T;
  div(a: T | number, b: T | number): T;
  softmax(x: T, axis: number): T;
  logSoftmax(x: T, axis: number): T;
  logsumexp(x: T, axis: number | undefined, keepDims: boolean): T;
  sum(x: T, axis: number | undefined, keepDims: boolean): T;
  mean(x: T, axis: number | undefined, keepDims: boolean): T;
  prod(x: T, axis: number | undefined, keepDims: boolean): T;
  max(x: T, axis: number | undefined, keepDims: boolean): T;
  min(x: T, axis: number | undefined, keepDims: boolean): T;
  norm(x: T, axis: number | undefined, keepDims: boolean): T;
  variance(x: T, axis: number | undefined, keepDims: boolean): T;
  /** −Σ t log p of each row of probabilities, as a loss. */
  crossEntropy(p: T, targets: readonly number[]): T;
  /** Σ t (log t − l) of each row, as a loss, of log-probabilities l and targets t. */
  divergence(l: T, t: T): T;
  broadcastTo(x: T, shape: Shape): T;
  concat(parts: readonly T[], axis: number): T;
  /** Rows at the places, which may repeat. */
  take(x: T, rows: readonly number[]): T;
  /** Elements of the first where the condition, one for each element, is true, else of the second. */
  where(condition: readonly boolean[], a: T, b: T | number): T;
  reshape(x: T, shape: Shape): T;
  transpose(x: T): T;
  /** The elements `from` up to `to` along `axis`. */
  slice(x: T, axis: number, from: number, to: number): T;
}

type Binary = (a: AnyTensor | number, b: AnyTensor | number) => AnyTensor;
type Unary = (x: AnyTensor) => AnyTensor;
type Reduction = (x: AnyTensor, options: object) => AnyTensor;

const reduced =
  (reduction: unknown) =>
  (x: AnyTensor, axis: number | undefined, keepDims: boolean): AnyTensor =>
    (reduction as Reduction)(x, axis === undefined ? { keepDims } : { axis, keepDims });

/** The graph of a formula, exactly as it is written. */
export const ofTensors: Algebra<AnyTensor> = {
  shapeOf: ({ shape }) => shape,
  constant: (values, shape) => tensor([...values], shape) as AnyTensor,
  exp: engine.exp,
  exp2: ops.exp2,
  log: engine.log,
  log2: ops.log2,
  log10: ops.log10,
  log1p: engine.log1p,
  sqrt: engine.sqrt,
  rsqrt: ops.rsqrt,
  pow: engine.pow as Binary,
  abs: engine.abs as Unary,
  neg: engine.neg as Unary,
  cos: engine.cos,
  sinh: ops.sinh,
  cosh: ops.cosh,
  tanh: ops.tanh,
  sigmoid: ops.sigmoid,
  softplus: ops.softplus,
  erf: engine.erf,
  normalCdf: ops.normalCdf,
  normalPdf: ops.normalPdf,
  stopGradient: engine.stopGradient,
  clip: (x, min, max) =>
    ops.clip(x, {
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    }) as AnyTensor,
  maximum: engine.maximum as Binary,
  minimum: engine.minimum as Binary,
  add: engine.add as Binary,
  sub: engine.sub as Binary,
  mul: engine.mul as Binary,
  div: engine.div as Binary,
  softmax: (x, axis) => ops.softmax(x, { axis } as never) as AnyTensor,
  logSoftmax: (x, axis) => ops.logSoftmax(x, { axis } as never) as AnyTensor,
  logsumexp: reduced(ops.logsumexp),
  sum: reduced(engine.sum),
  mean: reduced(ops.mean),
  prod: reduced(ops.prod),
  max: reduced(engine.max),
  min: reduced(ops.min),
  norm: reduced(ops.norm),
  variance: reduced(ops.variance),
  crossEntropy: (p, targets) =>
    (categoricalCrossentropy as unknown as Loss)(p, tensor([...targets], p.shape) as AnyTensor, {
      fromLogits: false,
      reduction: "none",
    }),
  divergence: (l, t) => (klDivergence as unknown as Loss)(l, t, { reduction: "none" }),
  broadcastTo: (x, shape) => engine.broadcastTo(x, shape) as AnyTensor,
  concat: (parts, axis) => engine.concat(parts as never, { axis } as never) as AnyTensor,
  take: (x, rows) => engine.take(x, tensor([...rows], { dtype: "int32" })) as AnyTensor,
  where: (condition, a, b) => engine.where(tensor([...condition], a.shape), a, b) as AnyTensor,
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

type Loss = (outputs: AnyTensor, targets: AnyTensor, options: object) => AnyTensor;

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
  const logOf = (x: Dual): Dual => chained(x, logarithm(x.value), over(one, x.value));
  const rootOf = (x: Dual): Dual => {
    const root = squareRoot(x.value);
    return chained(x, root, over(one, plus(root, root)));
  };
  const smaller = (a: Dual, b: Dual): Dual => (isLess(b.value, a.value) ? b : a);
  const larger = (a: Dual, b: Dual): Dual => (isLess(a.value, b.value) ? b : a);
  const number = (value: BigFloat): DualArray => ({ shape: [], elements: [{ ...plain(0), value }] });
  const log2 = number(logarithm(big(2)));
  const log10 = number(logarithm(big(10)));
  /** The elements along an axis put together two by two. */
  const folded =
    (combine: (a: Dual, b: Dual) => Dual) =>
    (x: DualArray, axis: number | undefined, keepDims: boolean): DualArray => {
      const axes = axis === undefined ? x.shape.map((_, i) => i) : [axis];
      const kept = reducedShape(x.shape, axes, true);
      const totals: (Dual | undefined)[] = Array.from({ length: sizeOf(kept) });
      x.elements.forEach((element, i) => {
        const place = placeIn(kept, x.shape, i);
        const before = totals[place];
        totals[place] = before === undefined ? element : combine(before, element);
      });
      return { shape: reducedShape(x.shape, axes, keepDims), elements: totals as Dual[] };
    };
  const counted = (x: DualArray, axis: number | undefined): number =>
    axis === undefined ? x.elements.length : x.shape[axis];
  const algebra: Algebra<DualArray> = {
    shapeOf: ({ shape }) => shape,
    constant: (values, shape) => ({ shape, elements: values.map(plain) }),
    exp: each(expOf),
    exp2: (x) => algebra.exp(algebra.mul(x, log2)),
    log: each(logOf),
    log2: (x) => algebra.div(algebra.log(x), log2),
    log10: (x) => algebra.div(algebra.log(x), log10),
    log1p: (x) => algebra.log(algebra.add(1, x)),
    sqrt: each(rootOf),
    rsqrt: (x) => algebra.div(1, algebra.sqrt(x)),
    pow(x, exponent) {
      if (exponent === 2) return algebra.mul(x, x);
      return algebra.exp(algebra.mul(exponent, algebra.log(asArray(x))));
    },
    abs: each((x) => (x.value.mantissa < 0n ? negated(x) : x)),
    neg: each(negated),
    cos: each((x) => {
      const [cosine, sine] = cosineAndSine(x.value);
      return chained(x, cosine, minus(sine));
    }),
    erf: each((x) => {
      const decay = exponential(minus(times(x.value, x.value)));
      return chained(x, errorFunction(x.value), times(errorSlope, decay));
    }),
    normalCdf: (x) =>
      algebra.mul(0.5, algebra.add(1, algebra.erf(algebra.div(x, number(squareRoot(big(2))))))),
    sinh: (x) => algebra.mul(0.5, algebra.sub(algebra.exp(x), algebra.exp(algebra.neg(x)))),
    cosh: (x) => algebra.mul(0.5, algebra.add(algebra.exp(x), algebra.exp(algebra.neg(x)))),
    tanh: (x) => algebra.div(algebra.sinh(x), algebra.cosh(x)),
    sigmoid: each((x) => quotientOf(plain(1), sumOf(plain(1), expOf(negated(x))))),
    softplus: (x) => algebra.log(algebra.add(1, algebra.exp(x))),
    normalPdf: (x) =>
      algebra.div(algebra.exp(algebra.mul(-0.5, algebra.mul(x, x))), number(squareRoot(twoPi))),
    stopGradient: (x) => x,
    clip(x, min, max) {
      const raised = min === undefined ? x : algebra.maximum(x, min);
      return max === undefined ? raised : algebra.minimum(raised, max);
    },
    maximum: pairs(larger),
    minimum: pairs(smaller),
    add: pairs(sumOf),
    sub: pairs((a, b) => sumOf(a, negated(b))),
    mul: pairs(productOf),
    div: pairs(quotientOf),
    softmax(x, axis) {
      const powers = algebra.exp(x);
      return algebra.div(powers, algebra.sum(powers, axis, true));
    },
    logSoftmax: (x, axis) => algebra.log(algebra.softmax(x, axis)),
    logsumexp: (x, axis, keepDims) => algebra.log(algebra.sum(algebra.exp(x), axis, keepDims)),
    sum: folded(sumOf),
    mean: (x, axis, keepDims) => algebra.div(algebra.sum(x, axis, keepDims), counted(x, axis)),
    prod: folded(productOf),
    max: folded(larger),
    min: folded(smaller),
    norm: (x, axis, keepDims) => algebra.sqrt(algebra.sum(algebra.mul(x, x), axis, keepDims)),
    variance(x, axis, keepDims) {
      const deviation = algebra.sub(x, algebra.mean(x, axis, true));
      return algebra.mean(algebra.mul(deviation, deviation), axis, keepDims);
    },
    crossEntropy: (p, targets) =>
      algebra.neg(
        algebra.sum(
          algebra.mul(algebra.constant(targets, p.shape), algebra.log(p)),
          p.shape.length - 1,
          false,
        ),
      ),
    divergence: (l, t) =>
      algebra.sum(algebra.mul(t, algebra.sub(algebra.log(t), l)), t.shape.length - 1, false),
    broadcastTo: (x, shape) => pick(x, shape, (i) => placeIn(x.shape, shape, i)),
    concat(parts, axis) {
      const turned = parts.map((part) => (axis === 0 ? part : algebra.transpose(part)));
      const [, ...rest] = turned[0].shape;
      const elements = turned.flatMap((part) => part.elements);
      const whole = { shape: [elements.length / sizeOf(rest), ...rest], elements };
      return axis === 0 ? whole : algebra.transpose(whole);
    },
    take(x, rows) {
      const inner = sizeOf(x.shape.slice(1));
      return pick(x, x.shape.with(0, rows.length), (i) => rows[Math.floor(i / inner)] * inner + (i % inner));
    },
    where: (condition, a, b) => ({
      shape: a.shape,
      elements: a.elements.map((one, i) =>
        condition[i] ? one : typeof b === "number" ? plain(b) : b.elements[placeIn(b.shape, a.shape, i)],
      ),
    }),
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
