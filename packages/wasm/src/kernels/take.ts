import {
  type Expression,
  FunctionBuilder,
  f64,
  i32,
  memoryCopy,
  type Statement,
  select,
} from "../ir/index.ts";
import { fetchRows, lineBytes, mostFetched } from "./fetchRows.ts";
import { type IndexBytes, indexAt } from "./indices.ts";

/** A gather: `count` rows of `bytes` bytes, chosen by indices among `rows`, for each of `outer` blocks. */
export interface TakeSpec {
  readonly outer: number;
  readonly rows: number;
  readonly count: number;
  readonly bytes: number;
  readonly indexBytes: IndexBytes;
}

/** Values of no more bytes are in a cache often enough. */
const cachedBytes = 2 ** 20;

/** Bytes of the rows that are fetched together, which stay in the cache until they are copied. */
const fetchedBytes = 128 * 1024;

/** How many rows are fetched from memory before they are copied; 0 if each is copied as it comes. */
function fetchedRows({ outer, rows, count, bytes }: TakeSpec): number {
  if (bytes < lineBytes || outer * rows * bytes <= cachedBytes) return 0;
  const most = Math.min(mostFetched, count, Math.floor(fetchedBytes / bytes));
  // One or two rows come as fast by themselves.
  return most < 4 ? 0 : most;
}

/** Bytes of scratch that a thread needs. */
export function takeScratchBytes(spec: TakeSpec): number {
  return fetchedRows(spec) === 0 ? 0 : 4;
}

/** Copies rows: a function of the addresses of values, indices, result and scratch, and a range of the rows of the result. */
export function takeKernel(spec: TakeSpec): FunctionBuilder {
  const { rows, count, bytes, indexBytes } = spec;
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [values, indices, result, scratch, begin, end] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter<"i32">(i));
  const sourceOf = (row: Expression<"i32">): Expression<"i32"> => {
    const block = f.keep(i32.divu(row, i32.const(count)));
    const place = f.keep(i32.remu(row, i32.const(count)));
    const index = indexAt(indices, place, indexBytes);
    return i32.add(values, i32.mul(i32.add(i32.mul(block, i32.const(rows)), index), i32.const(bytes)));
  };
  const row = f.local("i32");
  const copyRows = (from: Expression<"i32">, to: Expression<"i32">): void => {
    f.forRange(row, from, to, 1, () => {
      const target = i32.add(result, i32.mul(row, i32.const(bytes)));
      f.emit(copyBytes(target, sourceOf(row), bytes));
    });
  };
  const fetched = fetchedRows(spec);
  if (fetched === 0) {
    copyRows(begin, end);
    return f;
  }
  const first = f.local("i32");
  f.forRange(first, begin, end, fetched, () => {
    const last = f.keep(i32.sub(end, i32.const(1)));
    fetchRows(f, { first, last, count: fetched }, sourceOf, bytes, scratch);
    const next = f.keep(i32.add(first, i32.const(fetched)));
    copyRows(first, f.keep(select(next, end, i32.lt(next, end))));
  });
  return f;
}

/** One element is loaded and stored; a row is copied. */
function copyBytes(target: Expression<"i32">, source: Expression<"i32">, bytes: number): Statement {
  switch (bytes) {
    case 1:
      return i32.store8(target, i32.load8u(source));
    case 4:
      return i32.store(target, i32.load(source));
    case 8:
      return f64.store(target, f64.load(source));
    default:
      return memoryCopy(target, source, i32.const(bytes));
  }
}
