import { apply, standInFor } from "../graph/apply.ts";
import { allocate, isFloat, type TypedArray } from "../graph/dtype.ts";
import { keepingHistory } from "../graph/history.ts";
import { type Attributes, leaves, type Op, type Values } from "../graph/op.ts";
import { sameShape, sizeOf, stridesOf } from "../graph/shape.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { runElementwise } from "../kernels/elementwise.ts";
import { broadcastLayout, copyStrided, reducedLast, rowMajor } from "../kernels/strided.ts";
import { erf, erfc } from "../kernels/wide/errorFunction.ts";
import { exp, expm1, log, log1p, pow } from "../kernels/wide/exponential.ts";
import { cos, sin } from "../kernels/wide/trigonometric.ts";
import {
  compare,
  floor,
  minus,
  negated,
  over,
  plus,
  squareRoot,
  times,
  toNumber,
  type Wide,
  wide,
  zero,
} from "../kernels/wide/wide.ts";
import type { PrimitiveName } from "../primitives/names.ts";
import type { ReductionAttributes } from "../primitives/sum.ts";
import { primitives } from "../primitives/table.ts";
import { valuesOf } from "../runtime/evaluate.ts";

/** Flat row-major numbers of 106 bits. */
export class WideArray {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly exponent: Float64Array;

  constructor(size: number) {
    this.high = new Float64Array(size);
    this.low = new Float64Array(size);
    this.exponent = new Float64Array(size);
  }

  get length(): number {
    return this.high.length;
  }

  at(i: number): Wide {
    return { high: this.high[i], low: this.low[i], exponent: this.exponent[i] };
  }

  set(i: number, { high, low, exponent }: Wide): void {
    this.high[i] = high;
    this.low[i] = low;
    this.exponent[i] = exponent;
  }

  fill(value: Wide): this {
    this.high.fill(value.high);
    this.low.fill(value.low);
    this.exponent.fill(value.exponent);
    return this;
  }

  /** The numbers rounded to a float dtype. */
  rounded(dtype: DType): TypedArray {
    const values = allocate(dtype, this.length);
    for (let i = 0; i < values.length; i++) values[i] = toNumber(this.at(i));
    return values;
  }
}

/** What a node holds in the exact evaluation: numbers of 106 bits if it is a float, else the values themselves. */
export interface ExactValues {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly numbers: WideArray | undefined;
  readonly values: TypedArray | undefined;
}

/** Values of a dtype as they are. */
export function exactly(values: TypedArray, shape: Shape, dtype: DType): ExactValues {
  if (!isFloat(dtype)) return { shape, dtype, numbers: undefined, values };
  const numbers = new WideArray(values.length);
  for (let i = 0; i < values.length; i++) numbers.set(i, wide(values[i]));
  return { shape, dtype, numbers, values: undefined };
}

/** The values of a node's dtype that are nearest to the exact ones. */
export function roundedTo({ numbers, values, shape, dtype }: ExactValues, to: DType = dtype): Values {
  return { shape, dtype, values: numbers?.rounded(to) ?? (values as TypedArray) };
}

/** Fills the output of a primitive from its inputs. */
type ExactRule = (inputs: readonly ExactValues[], output: Output, attributes: Attributes) => void;

interface Output {
  readonly shape: Shape;
  readonly numbers: WideArray;
}

// ---- Places ----

function countTo(size: number, from = 0): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => from + i);
}

/** For each element of an array broadcast to `target`, where it stands in the array. */
function stretched(shape: Shape, target: Shape): Float64Array {
  const places = countTo(sizeOf(shape));
  if (sameShape(shape, target)) return places;
  const result = new Float64Array(sizeOf(target));
  copyStrided(target, places, broadcastLayout(shape, target), result, rowMajor(target));
  return result;
}

/** An input as numbers, whatever it holds. */
function numberAt({ numbers, values }: ExactValues, i: number): Wide {
  return numbers === undefined ? wide((values as TypedArray)[i]) : numbers.at(i);
}

// ---- Kinds of rules ----

function elementwise(fn: (...x: Wide[]) => Wide): ExactRule {
  return (inputs, { shape, numbers }) => {
    const places = inputs.map((input) => stretched(input.shape, shape));
    for (let i = 0; i < numbers.length; i++)
      numbers.set(i, fn(...inputs.map((input, k) => numberAt(input, places[k][i]))));
  };
}

/**
 * The rule of any primitive that moves elements: its own kernel is run on the elements' places, counted from 1, and 0 is what it fills
 * in besides.
 */
function moved(op: Op): ExactRule {
  return (inputs, { shape, numbers }, attributes) => {
    const fill = wide((attributes.value as number | undefined) ?? 0);
    let counted = 1;
    const placed = inputs.map((input): Values => {
      if (input.numbers === undefined) return input as Values;
      const values = countTo(input.numbers.length, counted);
      counted += values.length;
      return { shape: input.shape, dtype: "float64", values };
    });
    const all = inputs.flatMap((input) => (input.numbers === undefined ? [] : [input.numbers]));
    const places = new Float64Array(numbers.length);
    op.reference?.(placed, { shape, dtype: "float64", values: places }, { ...attributes, value: 0 });
    for (let i = 0; i < places.length; i++) {
      let at = places[i] - 1;
      let from = 0;
      while (at >= all[from]?.length) at -= all[from++].length;
      numbers.set(i, at < 0 ? fill : all[from].at(at));
    }
  };
}

/**
 * The rule of a primitive that adds elements up at other places, as the transpose of one that moves them: `forward` moves the
 * places of the output, counted from 1, to the places of the input; 0 is nowhere.
 */
function addedAt(
  forward: (output: Values, moved: Values, inputs: readonly ExactValues[], attributes: Attributes) => void,
): ExactRule {
  return (inputs, { shape, numbers }, attributes) => {
    const [x] = inputs;
    const targets = new Float64Array(sizeOf(x.shape));
    forward(
      { shape, dtype: "float64", values: countTo(numbers.length, 1) },
      { shape: x.shape, dtype: "float64", values: targets },
      inputs,
      attributes,
    );
    for (let i = 0; i < targets.length; i++) {
      const to = targets[i] - 1;
      if (to >= 0) numbers.set(to, plus(numbers.at(to), numberAt(x, i)));
    }
  };
}

function reduction(fn: (a: Wide, b: Wide) => Wide, start?: Wide): ExactRule {
  return ([x], { numbers }, attributes) => {
    const { axes } = attributes as ReductionAttributes;
    const places = reducedLast(countTo(sizeOf(x.shape)), x.shape, axes);
    const count = numbers.length === 0 ? 0 : places.length / numbers.length;
    for (let i = 0; i < numbers.length; i++) {
      let value = start ?? numberAt(x, places[i * count]);
      for (let k = start === undefined ? 1 : 0; k < count; k++)
        value = fn(value, numberAt(x, places[i * count + k]));
      numbers.set(i, value);
    }
  };
}

function larger(a: Wide, b: Wide): Wide {
  return Number.isNaN(a.high) || compare(a, b) >= 0 ? a : b;
}

function smaller(a: Wide, b: Wide): Wide {
  return Number.isNaN(a.high) || compare(a, b) <= 0 ? a : b;
}

/** The result is an integer or bool, which is taken from the evaluation in the graph's own dtype. */
const isDiscrete = (): void => {};

const rules = {
  abs: elementwise((x) => (x.high < 0 || Object.is(x.high, -0) ? negated(x) : x)),
  add: elementwise(plus),
  argmax: isDiscrete,
  argsort: isDiscrete,
  barrier: moved(primitives.barrier),
  broadcastTo: moved(primitives.broadcastTo),
  cast: elementwise((x) => x),
  checkFinite: moved(primitives.checkFinite),
  checkIndex: isDiscrete,
  concat: moved(primitives.concat),
  cos: elementwise(cos),
  cumsum([x], { numbers }, attributes) {
    const axis = attributes.axis as number;
    const inner = stridesOf(x.shape)[axis];
    for (let i = 0; i < numbers.length; i++) {
      const isFirst = Math.floor(i / inner) % x.shape[axis] === 0;
      numbers.set(i, isFirst ? numberAt(x, i) : plus(numbers.at(i - inner), numberAt(x, i)));
    }
  },
  div: elementwise(over),
  equal: isDiscrete,
  erf: elementwise(erf),
  erfc: elementwise(erfc),
  exp: elementwise(exp),
  expm1: elementwise(expm1),
  floor: elementwise(floor),
  iota: isDiscrete,
  less: isDiscrete,
  log: elementwise(log),
  log1p: elementwise(log1p),
  matmul([a, b], { shape, numbers }, { transposeA, transposeB }) {
    const batch = shape.slice(0, -2);
    const [m, n] = shape.slice(-2);
    const k = a.shape[a.shape.length - (transposeA === true ? 2 : 1)];
    const left = stretched(a.shape, [...batch, ...a.shape.slice(-2)]);
    const right = stretched(b.shape, [...batch, ...b.shape.slice(-2)]);
    const [aRow, aStep] = transposeA === true ? [1, m] : [k, 1];
    const [bColumn, bStep] = transposeB === true ? [k, 1] : [1, n];
    for (let at = 0; at < numbers.length; at++) {
      const [matrix, i, j] = [Math.floor(at / (m * n)), Math.floor(at / n) % m, at % n];
      let sum = zero;
      for (let p = 0; p < k; p++) {
        const x = numberAt(a, left[matrix * m * k + i * aRow + p * aStep]);
        const y = numberAt(b, right[matrix * k * n + j * bColumn + p * bStep]);
        sum = plus(sum, times(x, y));
      }
      numbers.set(at, sum);
    }
  },
  max: reduction(larger),
  maximum: elementwise(larger),
  minimum: elementwise(smaller),
  mul: elementwise(times),
  neg: elementwise(negated),
  pad: moved(primitives.pad),
  patches: moved(primitives.patches),
  pow: elementwise(pow),
  randomBits: isDiscrete,
  reshape: moved(primitives.reshape),
  scatterAdd: addedAt((output, targets, [, indices], { axis }) =>
    primitives.take.reference?.([output, indices as Values], targets, { axis }),
  ),
  sin: elementwise(sin),
  slice: moved(primitives.slice),
  sqrt: elementwise(squareRoot),
  sub: elementwise(minus),
  sum: reduction(plus, zero),
  sumPatches: addedAt((output, targets, _, attributes) =>
    primitives.patches.reference?.([output], targets, { ...attributes, value: 0 }),
  ),
  take: moved(primitives.take),
  transpose: moved(primitives.transpose),
  where: elementwise((condition, a, b) => (condition.high !== 0 ? a : b)),
} satisfies Record<PrimitiveName, ExactRule>;

const ruleOf: ReadonlyMap<Op, ExactRule> = new Map(
  Object.entries(primitives).map(([name, op]) => [op, rules[name as PrimitiveName]]),
);

// ---- Nodes ----

/** What is computed at a node: an op with its attributes, the shape and dtype of its value, and its inputs' nodes. */
type Node = Pick<AnyTensor, "op" | "attributes" | "shape" | "dtype" | "inputs">;

/** A composite as a graph of other ops over stand-ins for its inputs. */
function loweringOf({ op, inputs, attributes }: Node): { given: AnyTensor[]; result: AnyTensor } {
  const given = inputs.map(standInFor);
  return { given, result: keepingHistory(() => op.lower?.(given, attributes) ?? apply(op, given)) };
}

/** The node's value in its own dtype by the reference kernels, whatever backend is set. */
export function runNode(node: Node, inputs: readonly Values[]): TypedArray {
  const { op, shape, dtype, attributes } = node;
  if (op.reference !== undefined || op.scalar !== undefined) {
    const values = allocate(dtype, sizeOf(shape));
    if (op.reference !== undefined) op.reference(inputs, { shape, dtype, values }, attributes);
    else runElementwise(op, inputs, { shape, dtype, values });
    return values;
  }
  const { given, result } = loweringOf(node);
  const known = new Map<AnyTensor, Values>(given.map((one, i) => [one, inputs[i]]));
  for (const one of topologicalOrder([result], (other) => known.has(other))) {
    if (known.has(one)) continue;
    const values =
      one.op.kind === "leaf"
        ? leafValues(one)
        : runNode(
            one,
            one.inputs.map((input) => known.get(input) as Values),
          );
    known.set(one, { shape: one.shape, dtype: one.dtype, values });
  }
  return (known.get(result) as Values).values;
}

/** The values of a number, of data or of a parameter's version. */
export function leafValues(leaf: AnyTensor): TypedArray {
  return leaf.op === leaves.literal
    ? allocate(leaf.dtype, 1).fill(leaf.attributes.value as number)
    : valuesOf(leaf);
}

/** A leaf exactly: a number as it was written, not as the dtype rounds it. */
export function exactLeaf(leaf: AnyTensor): ExactValues {
  const { shape, dtype, op, attributes } = leaf;
  if (op !== leaves.literal || !isFloat(dtype)) return exactly(leafValues(leaf), shape, dtype);
  const numbers = new WideArray(1).fill(wide(attributes.value as number));
  return { shape, dtype, numbers, values: undefined };
}

/** The node's value in numbers of 106 bits: primitives by their rule, composites by their lowering. */
export function runExactly(node: Node, inputs: readonly ExactValues[]): ExactValues {
  const { op, shape, dtype, attributes } = node;
  if (!isFloat(dtype)) {
    const given = inputs.map((input) => roundedTo(input, "float64"));
    return { shape, dtype, numbers: undefined, values: runNode(node, given) };
  }
  const rule = ruleOf.get(op);
  if (rule !== undefined) {
    const numbers = new WideArray(sizeOf(shape));
    rule(inputs, { shape, numbers }, attributes);
    return { shape, dtype, numbers, values: undefined };
  }
  const { given, result } = loweringOf(node);
  const known = new Map<AnyTensor, ExactValues>(given.map((one, i) => [one, inputs[i]]));
  for (const one of topologicalOrder([result], (other) => known.has(other))) {
    if (known.has(one)) continue;
    known.set(
      one,
      one.op.kind === "leaf"
        ? exactLeaf(one)
        : runExactly(
            one,
            one.inputs.map((input) => known.get(input) as ExactValues),
          ),
    );
  }
  return known.get(result) as ExactValues;
}
