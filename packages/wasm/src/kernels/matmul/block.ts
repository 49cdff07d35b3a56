import { type Expression, type FunctionBuilder, i32, type Local, when } from "../../ir/index.ts";
import type { Element } from "./element.ts";
import type { Plan } from "./plan.ts";
import type { NormalSpec } from "./spec.ts";

/** Bytes from one element to the next along an axis of an operand. */
interface Strides {
  readonly row: number;
  readonly column: number;
}

/** A part of a product that is being written: some rows of A, one block of k. */
export interface Block {
  readonly f: FunctionBuilder;
  readonly spec: NormalSpec;
  readonly plan: Plan;
  readonly element: Element;
  /** op(A), from row to row and along k. */
  readonly strideA: Strides;
  /** op(B), along k and from column to column. */
  readonly strideB: Strides;
  /** Where the block of k begins in A and B, at row and column 0. */
  readonly a: Local<"i32">;
  /**
   * Undefined where the rows of A as it is stored follow one another. Where they are chosen there is a table of their addresses: if they
   * are rows of op(A), `a` is the table and `along` are the bytes to skip in each of them; if they are steps along k, `a` are the bytes
   * to skip and `along` is the place in the table.
   */
  readonly along: Local<"i32"> | undefined;
  readonly b: Local<"i32">;
  readonly c: Local<"i32">;
  /** Room for a panel of B. */
  readonly scratch: Local<"i32">;
  /** Length along k. */
  readonly steps: Expression<"i32">;
  /** Is it the last block of k? */
  readonly isLast: Expression<"i32">;
  /** Does C hold sums of blocks before? */
  readonly isLater: Expression<"i32"> | undefined;
  /** The rows whose tiles are to be computed; all if undefined. */
  readonly rows: RowRange | undefined;
  /** Locals for sums and for what is multiplied, used by one tile after the other. */
  readonly register: (index: number) => Local;
}

export interface RowRange {
  readonly from: Expression<"i32">;
  readonly to: Expression<"i32">;
}

/** Locals of one type by number. */
export function registersOf(f: FunctionBuilder, { type }: Element): (index: number) => Local {
  const locals: Local[] = [];
  return (index) => {
    while (locals.length <= index) locals.push(f.local(type));
    return locals[index];
  };
}

/** `a + b`, where b is known. */
export function plus(a: Expression<"i32">, b: number): Expression<"i32"> {
  return b === 0 ? a : i32.add(a, i32.const(b));
}

export function times(a: Expression<"i32">, b: number): Expression<"i32"> {
  return b === 1 ? a : i32.mul(a, i32.const(b));
}

/** The smaller of two, as signed numbers. */
export function smaller(f: FunctionBuilder, a: Expression<"i32">, b: Expression<"i32">): Local<"i32"> {
  const least = f.keep(a);
  const other = f.keep(b);
  f.emit(when(i32.lt(other, least), least.set(other)));
  return least;
}

/**
 * Writes the loop over the tiles of a panel, which have `height` rows each. `write` gives the code of a tile from the addresses of its
 * first row in A and C and its number of rows.
 */
export function forTiles(
  block: Block,
  height: number,
  column: Expression<"i32">,
  write: (a: Local<"i32">, c: Local<"i32">, rows: number) => void,
): void {
  const { f, spec, strideA, element, rows } = block;
  const whole = Math.floor(spec.m / height);
  const rest = spec.m - whole * height;
  const rowC = spec.n * element.bytes;
  const a = f.local("i32");
  const c = f.local("i32");
  const atTile = (tile: Expression<"i32">): void => {
    f.emit(a.set(i32.add(block.a, times(tile, height * strideA.row))));
    f.emit(c.set(i32.add(i32.add(block.c, times(column, element.bytes)), times(tile, height * rowC))));
  };
  if (whole > 0) {
    const tile = f.local("i32");
    const firstIn = (row: Expression<"i32">): Expression<"i32"> =>
      height === 1 ? row : i32.divu(plus(row, height - 1), i32.const(height));
    const from = rows === undefined ? i32.const(0) : f.keep(firstIn(rows.from));
    const to = rows === undefined ? i32.const(whole) : smaller(f, firstIn(rows.to), i32.const(whole));
    atTile(from);
    f.forRange(tile, from, to, 1, () => {
      write(a, c, height);
      f.emit(a.increase(height * strideA.row), c.increase(height * rowC));
    });
  }
  if (rest > 0) {
    const row = i32.const(whole * height);
    const remainder = f.capture(() => {
      atTile(i32.const(whole));
      write(a, c, rest);
    });
    f.emit(
      rows === undefined ? remainder : when(i32.and(i32.le(rows.from, row), i32.lt(row, rows.to)), remainder),
    );
  }
}

/**
 * Multiplies each of `rows` values by each of `columns` values and adds the products to the sums, which stand row after row in the
 * first registers. What there is more of is loaded one by one, so that it needs one register if loads stay where they are.
 */
export function multiplyAdd(
  { f, element, register }: Block,
  rows: number,
  columns: number,
  load: { readonly row: (index: number) => Expression; readonly column: (index: number) => Expression },
): void {
  const count = rows * columns;
  const isWide = columns > rows;
  const few = isWide ? rows : columns;
  const many = isWide ? columns : rows;
  for (let i = 0; i < few; i++) f.emit(register(count + i).set(isWide ? load.row(i) : load.column(i)));
  for (let j = 0; j < many; j++) {
    const value = register(count + few + j);
    f.emit(value.set(isWide ? load.column(j) : load.row(j)));
    for (let i = 0; i < few; i++) {
      const sum = register(isWide ? i * columns + j : j * columns + i);
      f.emit(sum.set(element.madd(value, register(count + i), sum)));
    }
  }
}

/** Sets the first registers to zero. */
export function clear({ f, element, register }: Block, count: number): void {
  for (let i = 0; i < count; i++) f.emit(register(i).set(element.zero()));
}

/** A vector of results and where its lanes go: `bytes` from the tile's first element of C, a run of neighbours each. */
export interface Result {
  readonly value: Local;
  readonly runs: readonly { readonly lane: number; readonly lanes: number; readonly offset: number }[];
}

/** Stores results in C, added to what it holds of the blocks of k before. */
export function storeResults(
  { f, element, isLater }: Pick<Block, "f" | "element" | "isLater">,
  c: Local<"i32">,
  results: readonly Result[],
): void {
  if (isLater !== undefined) {
    const adding = results.map(({ value, runs }) => value.set(element.add(element.loadRuns(c, runs), value)));
    f.emit(when(isLater, adding));
  }
  for (const { value, runs } of results) {
    for (const run of runs) f.emit(element.store(c, value, run));
  }
}
