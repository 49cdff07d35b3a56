import {
  type Expression,
  type FunctionBuilder,
  i32,
  type Local,
  loopWhile,
  v128,
  when,
} from "../../ir/index.ts";
import { type Block, plus, type RowRange, times } from "./block.ts";
import type { Element } from "./element.ts";
import type { Panels } from "./plan.ts";

type V = Expression<"v128">;
type Shuffle = (a: V, b: V) => V;

/** Takes these lanes, of 4 or 8 bytes, of two vectors side by side. */
function shuffle(size: 4 | 8, ...lanes: readonly number[]): Shuffle {
  const bytes = lanes.flatMap((lane) => Array.from({ length: size }, (_, i) => lane * size + i));
  return (a, b) => v128.shuffle(a, b, bytes);
}

const interleaveLow = { 4: shuffle(4, 0, 4, 1, 5), 8: shuffle(8, 0, 2) };
const interleaveHigh = { 4: shuffle(4, 2, 6, 3, 7), 8: shuffle(8, 1, 3) };

/** The first or second of each pair of lanes. */
export const evenLanes: Readonly<Record<4 | 8, Shuffle>> = { 4: shuffle(4, 0, 2, 4, 6), 8: shuffle(8, 0, 2) };
export const oddLanes: Readonly<Record<4 | 8, Shuffle>> = { 4: shuffle(4, 1, 3, 5, 7), 8: shuffle(8, 1, 3) };

/** The first lanes of as many vectors as they have lanes, then their second, and so on: what turns rows into columns. */
function transposed(f: FunctionBuilder, rows: readonly Local<"v128">[]): V[] {
  const [a, b, c, d] = rows;
  if (rows.length === 2) return [interleaveLow[8](a, b), interleaveHigh[8](a, b)];
  const lowAB = f.keep(interleaveLow[4](a, b));
  const highAB = f.keep(interleaveHigh[4](a, b));
  const lowCD = f.keep(interleaveLow[4](c, d));
  const highCD = f.keep(interleaveHigh[4](c, d));
  return [
    interleaveLow[8](lowAB, lowCD),
    interleaveHigh[8](lowAB, lowCD),
    interleaveLow[8](highAB, highCD),
    interleaveHigh[8](highAB, highCD),
  ];
}

/** Repeats until `goal`, which moves on by `step`, is at the end. */
function loopTo(
  f: FunctionBuilder,
  goal: Local<"i32">,
  step: number,
  end: Expression<"i32">,
  write: () => void,
): void {
  f.emit(loopWhile(f.capture(write), i32.ne(goal.tee(plus(goal, step)), end)));
}

/** Copies a panel of B to the scratch, row after row, so that it is read in one stream that fits in the cache. */
export function copyPanel(block: Block, { width }: Panels, from: Local<"i32">): void {
  const { f, element, scratch, steps, strideB } = block;
  const vector = element.lanes * element.bytes;
  const source = f.keep(from);
  const goal = f.keep(scratch);
  const end = f.keep(i32.add(scratch, times(steps, width * vector)));
  loopTo(f, goal, width * vector, end, () => {
    for (let j = 0; j < width; j++) f.emit(v128.store(goal, v128.load(source, j * vector), j * vector));
    f.emit(source.increase(strideB.row));
  });
}

/**
 * Copies a panel of B that is stored as `[n, k]` to the scratch as rows of its columns. Up to three rows more than there are steps are
 * written, and never used.
 */
export function transposePanel(
  { f, element, scratch, steps, strideB }: Pick<Block, "f" | "element" | "scratch" | "steps" | "strideB">,
  { width, columns }: Pick<Panels, "width" | "columns">,
  from: Local<"i32">,
): void {
  const { bytes, lanes } = element;
  const vector = lanes * bytes;
  const length = f.keep(times(wholeVectors(steps, lanes), width * vector));
  for (let j = 0; j < width; j++) {
    const source = f.keep(plus(from, j * lanes * strideB.column));
    const goal = f.keep(plus(scratch, j * vector));
    const held = Math.min(lanes, columns - j * lanes);
    loopTo(f, goal, lanes * width * vector, f.keep(i32.add(goal, length)), () => {
      const rows = Array.from({ length: lanes }, (_, lane) =>
        f.keep(v128.load(source, Math.min(lane, held - 1) * strideB.column)),
      );
      transposed(f, rows).forEach((row, step) => {
        f.emit(v128.store(goal, row, step * width * vector));
      });
      f.emit(source.increase(vector));
    });
  }
}

/** The next multiple of the lanes. */
function wholeVectors(count: Expression<"i32">, lanes: number): Expression<"i32"> {
  return i32.and(plus(count, lanes - 1), i32.const(-lanes));
}

/** Copies single columns of B to the scratch, each in a row of `betweenColumns` bytes. */
export function gatherColumns(
  { f, element, scratch, steps, strideB }: Block,
  columns: number,
  from: Local<"i32">,
  betweenColumns: number,
): void {
  const { bytes } = element;
  const [load, store] =
    bytes === 4 ? [v128.load32Zero, v128.store32Lane] : [v128.load64Zero, v128.store64Lane];
  const source = f.keep(from);
  const goal = f.keep(scratch);
  loopTo(f, goal, bytes, f.keep(i32.add(scratch, times(steps, bytes))), () => {
    for (let j = 0; j < columns; j++) {
      f.emit(store(goal, load(source, j * strideB.column), 0, j * betweenColumns));
    }
    f.emit(source.increase(strideB.row));
  });
}

/** Bytes of a row of packed A. Vectors more than needed, so that rows are not a power of two apart. */
export function packedRowBytes(kBlock: number, { bytes, lanes }: Element): number {
  return (Math.ceil(kBlock / lanes) + 1) * lanes * bytes;
}

/**
 * Copies rows of A, which is stored as `[k, m]`, to `goal`, so that each is contiguous along k. Rows come in groups of as many as there
 * are lanes; up to three steps more than there are are written, and never used.
 */
export function packRows(block: Block, { from, to }: RowRange, goal: Local<"i32">): void {
  const { f, spec, element, steps, strideA, plan, isLast } = block;
  const { bytes, lanes } = element;
  const betweenRows = packedRowBytes(plan.kBlock, element);
  const first = f.keep(i32.add(block.a, times(from, bytes)));
  const column = f.keep(goal);
  const size = f.keep(times(wholeVectors(i32.sub(to, from), lanes), betweenRows));
  // The rows of storage behind the last one are not there to be read.
  const packSteps = (held: number): void => {
    const source = f.keep(first);
    const at = f.keep(column);
    loopTo(f, at, lanes * betweenRows, f.keep(i32.add(column, size)), () => {
      const rows = Array.from({ length: lanes }, (_, step) =>
        f.keep(v128.load(source, Math.min(step, held - 1) * strideA.column)),
      );
      transposed(f, rows).forEach((row, i) => {
        f.emit(v128.store(at, row, i * betweenRows));
      });
      f.emit(source.increase(lanes * bytes));
    });
  };
  const whole = i32.and(steps, i32.const(-lanes));
  loopTo(f, column, lanes * bytes, f.keep(i32.add(goal, times(whole, bytes))), () => {
    packSteps(lanes);
    f.emit(first.increase(lanes * strideA.column));
  });
  const rest = spec.k % lanes;
  if (rest === 0) return;
  const remainder = f.capture(() => {
    packSteps(rest);
  });
  f.emit(plan.kBlocks > 1 ? when(isLast, remainder) : remainder);
}
