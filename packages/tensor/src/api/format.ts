import { isFloat } from "../graph/dtype.ts";
import { leaves } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import type { DType } from "../graph/shape-types.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { valuesOf } from "../runtime/evaluate.ts";

/** Tensors of more elements than this are shortened to the first and last few of each axis. */
const threshold = 1000;
const edgeItems = 3;
const maxDecimals = 8;

/**
 * How a column of numbers is written: as integers, with as many decimals as the longest needs, or with exponents when
 * they are large, small or far apart. NumPy's rules (`numpy.set_printoptions` at its defaults).
 */
function formatter(dtype: DType, shown: readonly number[]): (value: number) => string {
  if (dtype === "bool") return (value) => (value !== 0 ? "true" : "false");
  if (!isFloat(dtype)) return String;
  const shortest = dtype === "float32" ? shortestFloat32 : (value: number): number => value;
  const sizes = shown.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const cutoff = dtype === "float32" ? 1e6 : 1e8; // beyond, a float32 has no decimals worth showing
  const isScientific =
    sizes.length > 0 && (largest >= cutoff || smallest < 1e-4 || largest / smallest > 1000);
  // With exponents all have the same number of digits, true ones; without, zeros at the end are left out.
  const write = isScientific ? scientific(sizes.map(shortest)) : positional(sizes.map(shortest));
  return (value) => {
    if (!Number.isFinite(value)) return special(value);
    return write(isScientific ? value : shortest(value));
  };
}

/** The number of fewest digits that rounds to this float32. */
function shortestFloat32(value: number): number {
  if (value === 0) return value; // −0 too
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

/** As many decimals as the longest of `texts` has, no more than are shown. */
function decimalsOf(texts: readonly string[]): number {
  return Math.min(maxDecimals, Math.max(0, ...texts.map((text) => (text.split(".")[1] ?? "").length)));
}

function positional(sizes: readonly number[]): (value: number) => string {
  const decimals = decimalsOf(sizes.map((size) => trimZeros(size.toFixed(maxDecimals))));
  return (value) => {
    const text = (Object.is(value, -0) ? "-" : "") + value.toFixed(decimals);
    return decimals === 0 ? `${text}.` : trimZeros(text).padEnd(text.length);
  };
}

function scientific(sizes: readonly number[]): (value: number) => string {
  const parts = sizes.map((size) => size.toExponential().split("e"));
  const decimals = decimalsOf(parts.map(([mantissa]) => mantissa));
  const width = Math.max(2, ...parts.map(([, exponent]) => exponent.length - 1));
  return (value) => {
    const [mantissa, exponent] = value.toExponential(decimals).split("e");
    const sign = Object.is(value, -0) ? "-" : "";
    return `${sign}${mantissa}${decimals === 0 ? "." : ""}e${exponent[0]}${exponent.slice(1).padStart(width, "0")}`;
  };
}

function trimZeros(text: string): string {
  return text.replace(/0+$/, "");
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
  if (x.size === 0) return "[]";
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
  const format = formatter(x.dtype, shown);
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
  const hasValues = (node: AnyTensor): boolean => node.memo.storage !== undefined;
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
