import { leaves } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { valuesOf } from "../runtime/evaluate.ts";

/** Larger tensors are shortened to this many elements at both ends of each axis. */
const edgeItems = 3;
const threshold = 1000;
const digits = 8;

/** A column of numbers, all written the same way: as integers, with a common number of decimals, or with exponents. */
function formatter(x: AnyTensor, shown: readonly number[]): (value: number) => string {
  if (x.dtype === "bool") return (value) => (value !== 0 ? "true" : "false");
  if (x.dtype !== "float32" && x.dtype !== "float64") return String;
  const finite = shown
    .filter(Number.isFinite)
    .filter((value) => value !== 0)
    .map(Math.abs);
  const largest = Math.max(0, ...finite);
  const smallest = Math.min(Number.POSITIVE_INFINITY, ...finite);
  const precision = x.dtype === "float32" ? digits : 2 * digits;
  const shortest = (value: number): string => String(Number(value.toPrecision(precision)));
  if (largest >= 1e8 || (finite.length > 0 && (smallest < 1e-4 || largest / smallest > 1e3 * 1e5))) {
    const mantissas = finite.map(
      (value) => (shortestExponential(value, precision).split("e")[0].split(".")[1] ?? "").length,
    );
    const decimals = Math.max(0, ...mantissas);
    return (value) => (Number.isFinite(value) ? value.toExponential(decimals) : special(value));
  }
  const decimals = Math.min(
    digits,
    Math.max(0, ...finite.map((value) => (shortest(value).split(".")[1] ?? "").length)),
  );
  return (value) => {
    if (!Number.isFinite(value)) return special(value);
    const text = (Object.is(value, -0) ? "-" : "") + value.toFixed(decimals);
    return decimals === 0 ? `${text}.` : text.replace(/0+$/, "").padEnd(text.length);
  };
}

function shortestExponential(value: number, precision: number): string {
  return Number(value.toPrecision(precision)).toExponential();
}

function special(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** Which indices of an axis are shown; `undefined` stands for the dots. */
function shownIndices(dimension: number, shortened: boolean): (number | undefined)[] {
  const all = Array.from({ length: dimension }, (_, i) => i);
  return shortened && dimension > 2 * edgeItems
    ? [...all.slice(0, edgeItems), undefined, ...all.slice(-edgeItems)]
    : all;
}

/** The values in brackets, as NumPy prints them. */
function body(x: AnyTensor, indent: number): string {
  const values = valuesOf(x);
  const shortened = x.size > threshold;
  const shown: number[] = [];
  const visit = (axis: number, offset: number, see: (value: number) => string): string => {
    if (axis === x.rank) return see(values[offset]);
    const parts = shownIndices(x.shape[axis], shortened).map((i) =>
      i === undefined ? "..." : visit(axis + 1, offset * x.shape[axis] + i, see),
    );
    const isRow = axis === x.rank - 1;
    const separator = isRow ? ", " : `,${"\n".repeat(x.rank - 1 - axis)}${" ".repeat(indent + axis + 1)}`;
    return `[${isRow ? wrap(parts, indent + axis + 1) : parts.join(separator)}]`;
  };
  visit(0, 0, (value) => {
    shown.push(value);
    return "";
  });
  const format = formatter(x, shown);
  const texts = shown.map(format);
  const width = Math.max(0, ...texts.map((text) => text.length));
  return visit(0, 0, (value) => {
    const text = format(value);
    return x.rank === 0 ? text.trimEnd() : text.padStart(width);
  });
}

/** The numbers of a row in lines of at most 75 columns. */
function wrap(parts: readonly string[], indent: number): string {
  const lines: string[] = [""];
  for (const [i, part] of parts.entries()) {
    const piece = i === parts.length - 1 ? part : `${part}, `;
    const line = lines[lines.length - 1];
    if (line !== "" && indent + line.length + piece.trimEnd().length > 75) lines.push(piece);
    else lines[lines.length - 1] += piece;
  }
  return lines
    .map((line, i) => (i < lines.length - 1 ? line.trimEnd() : line))
    .join(`\n${" ".repeat(indent)}`);
}

/** Does the tensor depend on a traced argument, so that it has no numbers? */
function isTraced(x: AnyTensor): boolean {
  const hasValues = (node: AnyTensor): boolean => node.memo.values !== undefined;
  return topologicalOrder([x.current()], hasValues).some(
    (node) => !hasValues(node) && (node.op === leaves.input || node.op === leaves.parameter),
  );
}

/** `tensor([[1., 2.], [3., 4.]], float32 [2, 2])`; a traced tensor shows its op, shape and dtype only. */
export function format(x: AnyTensor): string {
  const node = x.current();
  if (isTraced(node)) return `tensor(${node.op.name}, ${x.dtype} ${shapeText(x.shape)}, traced)`;
  const head = "tensor(";
  return `${head}${body(node, head.length)}, ${x.dtype} ${shapeText(x.shape)})`;
}
