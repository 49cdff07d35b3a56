import { callSiteOf } from "../graph/callSite.ts";
import { isFloat, type TypedArray } from "../graph/dtype.ts";
import { drawGraph, type GraphFormat } from "../graph/print.ts";
import { indexOf, shapeText } from "../graph/shape.ts";
import type { DType } from "../graph/shape-types.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { toText } from "../kernels/wide/wide.ts";
import { withoutStabilising } from "../stabilise/pass.ts";
import { type TracedCall, traceCall } from "./call.ts";
import {
  type ExactValues,
  exactLeaf,
  exactly,
  leafValues,
  roundedTo,
  runExactly,
  runNode,
  type WideArray,
} from "./exact.ts";
import { errorText, formats, worstError } from "./relativeError.ts";

/** What `precision` takes beside the function. */
export interface PrecisionOptions {
  /** Look at the graph with formulas rewritten that lose precision or overflow, as it would run. Default true. */
  readonly stabilise?: boolean;
}

/** How exact one op of a graph is. */
export interface OpPrecision {
  readonly op: string;
  /** Dtype and shape of its result, as `float32[2, 3]`. */
  readonly type: string;
  /** `"backward"` if a gradient rule made it. */
  readonly direction: "forward" | "backward";
  /** Where the user called it, or what it was derived from: `file:line:column`. */
  readonly at: string | undefined;
  /** The error that is born here: of the op applied to exact inputs, rounded to the dtype. Relative, of the worst element. */
  readonly localError: number;
  /** The error that has grown up to here: of the op's result in the graph's own dtype. Relative, of the worst element. */
  readonly error: number;
  /** Where that element stands. */
  readonly index: readonly number[];
  /** What it is. */
  readonly computed: number;
  /** What it should be, to six digits: a text, since it may be beyond the range of JavaScript's numbers. */
  readonly exact: string;
}

/** {@link OpPrecision} as JSON has it: NaN and ±∞ are texts, and a line that is not known is null. */
export type OpPrecisionJSON = {
  [K in keyof OpPrecision]: K extends "localError" | "error" | "computed"
    ? number | "NaN" | "Infinity" | "-Infinity"
    : K extends "at"
      ? string | null
      : OpPrecision[K];
};

/** A {@link PrecisionReport} as JSON. */
export interface PrecisionJSON {
  readonly error: number | "NaN" | "Infinity" | "-Infinity";
  readonly ops: number;
  readonly worst: readonly OpPrecisionJSON[];
}

const listed = 10;

/** How exact the ops of a function are for certain inputs: made by {@link precision}. */
export class PrecisionReport {
  /** The ops in the order of their computation, without those that compute nothing. */
  readonly ops: readonly OpPrecision[];
  /** The ten ops in which most error is born. */
  readonly worst: readonly OpPrecision[];
  /** The error of the results, the worst of all elements. */
  readonly error: number;
  readonly #call: TracedCall;
  readonly #precisions: ReadonlyMap<AnyTensor, OpPrecision>;

  constructor(call: TracedCall, precisions: ReadonlyMap<AnyTensor, OpPrecision>, error: number) {
    this.#call = call;
    this.#precisions = precisions;
    this.ops = [...precisions.values()];
    this.worst = this.ops
      .filter(({ localError }) => localError > 0)
      .sort((a, b) => (a.localError === b.localError ? 0 : b.localError - a.localError))
      .slice(0, listed);
    this.error = error;
  }

  /** The ten worst as a table: where error is born, and how much has come together there. */
  toString(): string {
    const heading = `${this.ops.length} ops, results off by ${errorText(this.error)}`;
    if (this.worst.length === 0) return `${heading}; nothing is rounded`;
    const rows = this.worst.map((one) => [
      errorText(one.localError),
      errorText(one.error),
      `${one.op} ${one.type}${one.direction === "backward" ? ", backward" : ""}`,
      shapeText(one.index),
      String(Number(one.computed.toPrecision(6))),
      one.exact,
      one.at ?? "",
    ]);
    const table = [["born here", "so far", "op", "worst at", "is", "should be", "called at"], ...rows];
    const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
    return [
      heading,
      ...table.map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column]))
          .join("  ")
          .trimEnd(),
      ),
    ].join("\n");
  }

  /** The ten worst as plain data. */
  toJSON(): PrecisionJSON {
    return {
      error: jsonNumber(this.error),
      ops: this.ops.length,
      worst: this.worst.map((one) => ({
        ...one,
        at: one.at ?? null,
        localError: jsonNumber(one.localError),
        error: jsonNumber(one.error),
        computed: jsonNumber(one.computed),
      })),
    };
  }

  /** The graph with its ops coloured by the error that is born in them, from green for none to red for all digits. */
  graph(format: Exclude<GraphFormat, "text"> = "mermaid"): string {
    return drawGraph(this.#call.outputs, format, {
      stop: (node) => this.#call.given.has(node),
      annotate: (node) => {
        const one = this.#precisions.get(node);
        if (one === undefined) return undefined;
        return {
          text: `born here ${errorText(one.localError)}, so far ${errorText(one.error)}`,
          fill: colourOf(one.localError, node.dtype),
        };
      },
    });
  }
}

function jsonNumber(x: number): number | "NaN" | "Infinity" | "-Infinity" {
  return Number.isFinite(x) ? x : (String(x) as "NaN");
}

/** Up to four roundings, up to a quarter of the digits, half of them, three quarters, and more. */
const colours: readonly string[] = ["#c8e6c9", "#f0f4c3", "#ffe082", "#ffab91", "#ef5350"];

function colourOf(error: number, dtype: DType): string {
  const unit = formats[dtype]?.unit ?? 1;
  if (error <= 4 * unit) return colours[0];
  const lost = 1 - Math.log(Math.min(error, 1)) / Math.log(unit);
  return colours[Math.min(4, 1 + Math.floor(4 * lost))];
}

/**
 * How exact a function is, op by op: `precision(fn)(...args)` computes it in its own dtype, and beside that in numbers of 106 bits
 * whose exponents have no end, so that neither rounding nor overflow counts there. The report says where error is born, how it grows
 * and which line of the user's called the op; gradients are looked at as well: `precision(grad(fn))`.
 *
 * Results are those of the reference kernels, whatever backend is set. Comparisons, indices and conversions to integers are taken from
 * the graph's own dtype, so that both evaluations go the same way. Parameters keep their values.
 * Throws {@link GraphError} when the function is async.
 */
export function precision<Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  { stabilise: isStable = true }: PrecisionOptions = {},
): (...args: Args) => PrecisionReport {
  const look = (...args: Args): PrecisionReport => measure(traceCall("precision", fn, args));
  return (...args) => (isStable ? look(...args) : withoutStabilising(() => look(...args)));
}

function measure(call: TracedCall): PrecisionReport {
  const { outputs, given } = call;
  const order = topologicalOrder(outputs, (node) => given.has(node));
  const lastUse = new Map<AnyTensor, number>();
  order.forEach((node, i) => {
    if (!given.has(node)) for (const input of node.inputs) lastUse.set(input, i);
  });
  const own = new Map<AnyTensor, TypedArray>();
  const exact = new Map<AnyTensor, ExactValues>();
  const precisions = new Map<AnyTensor, OpPrecision>();
  const results = new Set(outputs);
  let error = 0;
  order.forEach((node, i) => {
    const { shape, dtype, inputs } = node;
    const held = given.get(node);
    if (held !== undefined || node.op.kind === "leaf") {
      own.set(node, held ?? leafValues(node));
      exact.set(node, held === undefined ? exactLeaf(node) : exactly(held, shape, dtype));
    } else {
      const computed = runNode(
        node,
        inputs.map((input) => ({
          shape: input.shape,
          dtype: input.dtype,
          values: own.get(input) as TypedArray,
        })),
      );
      own.set(node, computed);
      if (!isFloat(dtype)) exact.set(node, exactly(computed, shape, dtype));
      else {
        const from = inputs.map((input) => exact.get(input) as ExactValues);
        const expected = runExactly(node, from);
        exact.set(node, expected);
        const numbers = expected.numbers as WideArray;
        const local = runNode(
          node,
          from.map((input) => roundedTo(input)),
        );
        const grown = worstError(computed, numbers, dtype);
        if (results.has(node)) error = Math.max(error, grown.error);
        const site = callSiteOf(node);
        if (!node.op.transparent && numbers.length > 0)
          precisions.set(node, {
            op: node.op.name,
            type: `${dtype}${shapeText(shape)}`,
            direction: site?.isBackward === true ? "backward" : "forward",
            at: site?.at,
            localError: worstError(local, numbers, dtype).error,
            error: grown.error,
            index: indexOf(grown.at, shape),
            computed: computed[grown.at],
            exact: toText(numbers.at(grown.at)),
          });
      }
    }
    for (const input of given.has(node) ? [] : inputs) {
      if (lastUse.get(input) !== i) continue;
      own.delete(input);
      exact.delete(input);
    }
  });
  return new PrecisionReport(call, precisions, error);
}
