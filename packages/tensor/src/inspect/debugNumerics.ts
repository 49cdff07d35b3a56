import { callSiteOf, recordingCallSites } from "../graph/callSite.ts";
import { isFloat, type TypedArray } from "../graph/dtype.ts";
import { NumericsError } from "../graph/errors.ts";
import { leaves, type Values } from "../graph/op.ts";
import { checkOptionNames } from "../graph/options.ts";
import { indexOf, shapeText, sizeOf } from "../graph/shape.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import { Storage } from "../graph/storage.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { broadcastLayout } from "../kernels/strided.ts";
import type { Backend, Graph, Program } from "../runtime/backend.ts";
import { type CompiledArguments, compileFor } from "../runtime/compile.ts";
import { ownerOf } from "../runtime/parameter.ts";
import { argumentNames } from "./call.ts";
import { leafValues, runNode } from "./exact.ts";
import { formats } from "./relativeError.ts";

/** What `debugNumerics` stops at, and how it looks at the function. */
export interface DebugNumericsOptions {
  /** Stop at NaN. Default true. */
  readonly nan?: boolean;
  /** Stop at ±∞. Default true. */
  readonly infinity?: boolean;
  /** Stop at denormal numbers: those between 0 and the smallest that has all its digits. Default false. */
  readonly denormals?: boolean;
  /** Run formulas that lose precision or overflow as they are rewritten. Default true. */
  readonly stabilise?: boolean;
}

/** A kind of number to stop at. */
interface Anomaly {
  readonly name: (value: number) => string;
  readonly isFound: (value: number, dtype: DType) => boolean;
  /** Numbers of which it is no wonder that they give one. */
  readonly passesOn: (value: number, dtype: DType) => boolean;
  /** A number from which it does not follow. */
  readonly harmless: number;
}

const anomalies: Readonly<Record<"nan" | "infinity" | "denormals", Anomaly>> = {
  nan: { name: () => "NaN", isFound: Number.isNaN, passesOn: Number.isNaN, harmless: 1 },
  infinity: {
    name: String,
    isFound: (value) => Math.abs(value) === Number.POSITIVE_INFINITY,
    passesOn: (value) => !Number.isFinite(value),
    harmless: 1,
  },
  denormals: {
    name: (value) => `the denormal ${digits(value)}`,
    isFound: isDenormal,
    passesOn: isDenormal,
    harmless: 0,
  },
};

function isDenormal(value: number, dtype: DType): boolean {
  return value !== 0 && Math.abs(value) < (formats[dtype]?.smallest ?? 0);
}

function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/**
 * A function like `fn` that stops at the first NaN or ∞ which an op makes, with a {@link NumericsError}: which op, of which inputs, in
 * the forward or the backward pass, and at which line of the user's it was called. It is traced as `compile` does it and run op by op on
 * the reference kernels, whole training steps included; when it stops, every parameter keeps its value. Within a compiled function it
 * is `fn`.
 *
 * - An op makes NaN when none of its inputs is NaN, and ∞ when they are finite: a mask of −∞ that the function is given, writes as a
 *   number or pads with may pass through any op.
 * - A NaN among the arguments or parameters stops it at once, named as such, and so does ∞ in what is trained.
 * - What no result depends on does not stop it: the logarithm of 0 that `where` does not select, and the derivative there.
 */
export function debugNumerics<Args extends readonly unknown[], R>(
  fn: (...args: Args) => R,
  options: DebugNumericsOptions = {},
): (...args: CompiledArguments<Args>) => R {
  checkOptionNames("debugNumerics", options, ["nan", "infinity", "denormals", "stabilise"]);
  const { nan = true, infinity = true, denormals = false, stabilise = true } = options;
  const stopsAt = [
    ...(nan ? [anomalies.nan] : []),
    ...(infinity ? [anomalies.infinity] : []),
    ...(denormals ? [anomalies.denormals] : []),
  ];
  let names: readonly string[] = [];
  const backend: Backend = {
    name: "debugNumerics",
    prepare: (graph) => new CheckedProgram(graph, names, stopsAt),
  };
  const checked = compileFor(() => backend, fn, { stabilise });
  return (...args) => {
    names = argumentNames(args);
    return recordingCallSites(() => checked(...args));
  };
}

/** A graph that is run op by op, each result looked at. */
class CheckedProgram implements Program {
  readonly #graph: Graph;
  readonly #order: readonly AnyTensor[];
  readonly #lastUse: ReadonlyMap<AnyTensor, number>;
  readonly #stopsAt: readonly Anomaly[];
  /** What the inputs of the graph are called. */
  readonly #names: ReadonlyMap<AnyTensor, string>;
  /** Made of gradients, though by no gradient rule: an optimizer's update. */
  readonly #afterBackward: ReadonlySet<AnyTensor>;

  constructor(graph: Graph, argumentNames: readonly string[], stopsAt: readonly Anomaly[]) {
    const given = new Set(graph.inputs);
    this.#graph = graph;
    this.#stopsAt = stopsAt;
    this.#order = topologicalOrder(graph.outputs, (node) => given.has(node)).filter(
      (node) => !given.has(node),
    );
    const lastUse = new Map<AnyTensor, number>();
    const afterBackward = new Set<AnyTensor>();
    this.#order.forEach((node, i) => {
      for (const input of node.inputs) {
        lastUse.set(input, i);
        if (isBackward(input) || afterBackward.has(input)) afterBackward.add(node);
      }
    });
    for (const output of graph.outputs) lastUse.set(output, this.#order.length);
    this.#lastUse = lastUse;
    this.#afterBackward = afterBackward;
    let next = 0;
    const nameOf = ({ op }: AnyTensor, node: AnyTensor): string => {
      if (op === leaves.input) return argumentNames[next++];
      return op === leaves.parameter ? `parameter "${ownerOf(node).name}"` : "a constant tensor";
    };
    this.#names = new Map(graph.inputs.map((input) => [input, nameOf(input, input)]));
  }

  run(inputs: readonly Storage[]): Storage[] {
    const known = new Map(this.#graph.inputs.map((input, i) => [input, valuesAs(input, inputs[i].values)]));
    for (const [input, values] of known) this.#checkGiven(input, values);
    this.#order.forEach((node, i) => {
      const from = node.inputs.map((input) => known.get(input) as Values);
      const values = valuesAs(node, compute(node, from));
      known.set(node, values);
      if (node.op.kind !== "leaf") this.#check(node, i, from, known);
      for (const input of node.inputs) if (this.#lastUse.get(input) === i) known.delete(input);
    });
    // A lowering may give an input itself; what a parameter becomes is an array of its own.
    return this.#graph.outputs.map(
      (output) =>
        inputs[this.#graph.inputs.indexOf(output)] ??
        Storage.of((known.get(output) as Values).values.slice()),
    );
  }

  toString(): string {
    return `program of ${this.#order.length} ops, each result looked at`;
  }

  /** Throws when an argument or parameter holds what it stops at. */
  #checkGiven(node: AnyTensor, { values, dtype, shape }: Values): void {
    if (!isFloat(dtype)) return;
    const isTrained = node.op === leaves.parameter && ownerOf(node).trainable;
    const refused = [anomalies.nan, ...(isTrained ? [anomalies.infinity] : [])];
    for (const anomaly of this.#stopsAt.filter((one) => refused.includes(one))) {
      const at = values.findIndex((value) => anomaly.isFound(value, dtype));
      if (at === -1) continue;
      const index = indexOf(at, shape);
      throw new NumericsError(
        "debugNumerics",
        `${this.#names.get(node)}, ${dtype}${shapeText(shape)}, holds ${anomaly.name(values[at])} at ${shapeText(index)}; no op of the function made it`,
        { value: values[at], index, at: undefined },
      );
    }
  }

  #check(
    node: AnyTensor,
    place: number,
    inputs: readonly Values[],
    known: ReadonlyMap<AnyTensor, Values>,
  ): void {
    const { values, dtype } = known.get(node) as Values;
    if (!isFloat(dtype)) return;
    for (const anomaly of this.#stopsAt) {
      if (!values.some((value) => anomaly.isFound(value, dtype))) continue;
      const made = madeHere(node, anomaly, inputs, values);
      if (made.length === 0) continue;
      const others = values.slice();
      for (const at of made) others[at] = anomaly.harmless;
      if (this.#reachesResults(node, place, known, others))
        this.#stop(node, anomaly, made[0], inputs, values[made[0]]);
      // No result shows it, so that the rest may go on without it, and need not hide what other ops make.
      values.set(others);
    }
  }

  /** Is a result another one when the node's values are `others`? */
  #reachesResults(
    node: AnyTensor,
    place: number,
    known: ReadonlyMap<AnyTensor, Values>,
    others: TypedArray,
  ): boolean {
    const { values } = known.get(node) as Values;
    const results = [values, others].map((tried) => {
      const rest = new Map(known).set(node, valuesAs(node, tried));
      for (const one of this.#order.slice(place + 1)) {
        const from = one.inputs.map((input) => rest.get(input) as Values);
        rest.set(one, valuesAs(one, compute(one, from)));
      }
      return this.#graph.outputs.map((output) => (rest.get(output) as Values).values);
    });
    return results[0].some((result, i) => result.some((value, k) => !Object.is(value, results[1][i][k])));
  }

  /** What an operand is called; undefined for a number. */
  #nameOf(input: AnyTensor): string | undefined {
    let node = input;
    while (node.op.transparent && !this.#names.has(node)) [node] = node.inputs;
    return this.#names.get(node) ?? (node.op === leaves.literal ? undefined : node.op.name);
  }

  #stop(node: AnyTensor, anomaly: Anomaly, at: number, inputs: readonly Values[], value: number): never {
    const { op, shape, dtype } = node;
    const index = indexOf(at, shape);
    const site = callSiteOf(node);
    const pass = isBackward(node)
      ? "in the backward pass"
      : this.#afterBackward.has(node)
        ? "after the backward pass"
        : "in the forward pass";
    const operands = node.inputs.map((input, i) => {
      const name = this.#nameOf(input);
      const held = op.elementwise ? digits(valueAt(inputs[i], shape, index)) : rangeText(inputs[i]);
      return name === undefined ? held : `${held} (${name})`;
    });
    const from = operands.length === 0 ? "" : `, from ${operands.join(" and ")}`;
    const line = site?.at === undefined ? "" : `; called at ${site.at}`;
    throw new NumericsError(
      op.name,
      `${anomaly.name(value)} at ${shapeText(index)} of ${dtype}${shapeText(shape)}, ${pass}${from}${line}`,
      { value, index, at: site?.at },
    );
  }
}

function isBackward(node: AnyTensor): boolean {
  return callSiteOf(node)?.isBackward === true;
}

function valuesAs({ shape, dtype }: AnyTensor, values: TypedArray): Values {
  return { shape, dtype, values };
}

function compute(node: AnyTensor, inputs: readonly Values[]): TypedArray {
  return node.op.kind === "leaf" ? leafValues(node) : runNode(node, inputs);
}

/** The flat places at which the op makes the anomaly: it neither passes it on from an input, nor was given it as a number, to pad with. */
function madeHere(
  node: AnyTensor,
  { isFound, passesOn, harmless }: Anomaly,
  inputs: readonly Values[],
  values: TypedArray,
): number[] {
  const { op, shape, dtype, attributes } = node;
  const written: ReadonlySet<unknown> = new Set(Object.values(attributes));
  const found = Array.from(values.keys()).filter((i) => isFound(values[i], dtype) && !written.has(values[i]));
  const isPassed = (input: Values): boolean =>
    isFloat(input.dtype) && input.values.some((value) => passesOn(value, input.dtype));
  if (!inputs.some(isPassed)) return found;
  if (op.elementwise) {
    return found.filter((i) => {
      const index = indexOf(i, shape);
      return !inputs.some(
        (input) => isFloat(input.dtype) && passesOn(valueAt(input, shape, index), input.dtype),
      );
    });
  }
  // What is there without the inputs' anomalies as well, the op has made of the rest.
  const cleaned = inputs.map((input) =>
    isFloat(input.dtype)
      ? {
          ...input,
          values: input.values.map((value) =>
            passesOn(value, input.dtype) ? harmless : value,
          ) as TypedArray,
        }
      : input,
  );
  const rest = runNode(node, cleaned);
  return found.filter((i) => isFound(rest[i], dtype));
}

/** The element that an input, broadcast to `shape`, has at an index. */
function valueAt({ values, shape }: Values, target: Shape, index: readonly number[]): number {
  const { strides } = broadcastLayout(shape, target);
  return values[index.reduce((at, position, axis) => at + position * strides[axis], 0)];
}

function rangeText({ values, shape, dtype }: Values): string {
  const type = `${dtype}${shapeText(shape)}`;
  if (sizeOf(shape) === 0) return type;
  let [least, most, hasNaN] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
    hasNaN ||= Number.isNaN(value);
  }
  if (hasNaN) return `${type} with NaN`;
  return least === most
    ? `${type} of ${digits(least)}`
    : `${type} between ${digits(least)} and ${digits(most)}`;
}
