import { type Expression, i32, type Local, loopWhile, v128, when } from "../../ir/index.ts";
import { type Block, clear, forTiles, multiplyAdd, plus, type Result, storeResults, times } from "./block.ts";
import { evenLanes, gatherColumns, oddLanes } from "./pack.ts";
import type { Panels } from "./plan.ts";
import { walkOf } from "./walk.ts";

type V = Expression<"v128">;

/** Bytes from one gathered column of B to the next. */
export function gatheredBytes(kBlock: number, bytes: number): number {
  return (Math.ceil((kBlock * bytes) / 16) + 1) * 16;
}

/**
 * Dot products: a tile holds `height × width` sums, each in the lanes of a vector along k, which are added in the end as
 * `(l0 + l1) + (l2 + l3)`. A last part of a vector along k is filled with zeros. Columns of B that are not contiguous are gathered in
 * the scratch first.
 */
export function dotPanel(block: Block, { width, height }: Panels, column: Expression<"i32">): void {
  const { f, element, spec, strideB, plan, scratch, steps } = block;
  const { bytes, lanes } = element;
  const vector = lanes * bytes;
  const isGathered = !spec.transposeB;
  const betweenColumns = isGathered ? gatheredBytes(plan.kBlock, bytes) : strideB.column;
  const inB = f.keep(i32.add(block.b, times(column, strideB.column)));
  if (isGathered && spec.k > 0) gatherColumns(block, width, inB, betweenColumns);
  const begin = isGathered ? scratch : inB;
  const end = f.keep(i32.add(begin, times(i32.and(steps, i32.const(-lanes)), bytes)));
  const atB = f.local("i32");
  const rest = spec.k % lanes;

  forTiles(block, height, column, (a, c, rows) => {
    clear(block, rows * width);
    const inA = walkOf(block, a, rows, lanes);
    const step = (load: (at: Local<"i32">, offset: number) => Expression): void => {
      multiplyAdd(block, rows, width, {
        row: (i) => load(...inA.row(i)),
        column: (j) => load(atB, j * betweenColumns),
      });
    };
    f.emit(inA.start, atB.set(begin));
    if (spec.k >= lanes) {
      const body = f.capture(() => {
        step(element.load);
        f.emit(inA.next);
      });
      f.emit(loopWhile(body, i32.ne(atB.tee(plus(atB, vector)), end)));
    }
    if (rest > 0) {
      const mask = v128.const(Array.from({ length: 16 }, (_, at) => (at < rest * bytes ? 0xff : 0)));
      const remainder = f.capture(() => {
        step((at, offset) => v128.and(v128.load(at, offset), mask));
      });
      f.emit(plan.kBlocks > 1 ? when(block.isLast, remainder) : remainder);
    }
    storeResults(block, c, addedLanes(block, rows, width));
  });
}

/** The sums of lanes side by side: of a row where it fills most of a vector, else of as many rows as there are lanes. */
function addedLanes({ f, element, spec, register }: Block, rows: number, width: number): Result[] {
  const { lanes, bytes } = element;
  const isByRow = width > lanes / 2;
  const results: Result[] = [];
  const offset = (at: number): number => (Math.floor(at / width) * spec.n + (at % width)) * bytes;
  for (let at = 0; at < rows * width; ) {
    const length = Math.min(lanes, isByRow ? width - (at % width) : rows * width - at);
    const pairSums = (a: Local, b: Local): Local =>
      f.keep(element.add(evenLanes[bytes](a as V, b as V), oddLanes[bytes](a as V, b as V)));
    const [a, b, c, d] = Array.from({ length: 4 }, (_, i) => register(at + Math.min(i, length - 1)));
    const low = pairSums(a, b);
    const value = lanes === 2 ? low : pairSums(low, length > 2 ? pairSums(c, d) : low);
    const first = at;
    results.push({
      value,
      runs: isByRow
        ? [{ lane: 0, lanes: length, offset: offset(first) }]
        : Array.from({ length }, (_, lane) => ({ lane, lanes: 1, offset: offset(first + lane) })),
    });
    at += length;
  }
  return results;
}
