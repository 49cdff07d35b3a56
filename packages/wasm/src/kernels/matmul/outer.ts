import { type Expression, i32, type Local, loopWhile } from "../../ir/index.ts";
import { type Block, clear, forTiles, multiplyAdd, plus, type Result, storeResults, times } from "./block.ts";
import { copyPanel, transposePanel } from "./pack.ts";
import type { Panels } from "./plan.ts";
import { type Walk, walkOf } from "./walk.ts";

/**
 * Outer products: a tile holds `height × width` vectors of C in registers, and each step along k adds the product of `height` elements
 * of A, each in all lanes, and `width` vectors of B. Each element of C is one sum in the order of k.
 */
export function outerPanel(block: Block, panels: Panels, column: Expression<"i32">): void {
  const { f, element, plan, strideB, scratch, spec } = block;
  const { width, columns } = panels;
  const vector = element.lanes * element.bytes;
  const isPacked = plan.packing !== "none";
  const from = f.keep(i32.add(block.b, times(column, strideB.column)));
  if (plan.packing === "copy") copyPanel(block, panels, from);
  if (plan.packing === "transpose") transposePanel(block, panels, from);
  const begin = isPacked ? scratch : from;
  const step = isPacked ? width * vector : strideB.row;
  const betweenVectors = isPacked ? vector : element.lanes * strideB.column;
  const end = f.keep(i32.add(begin, times(block.steps, step)));
  const atB = f.local("i32");

  forTiles(block, panels.height, column, (a, c, height) => {
    clear(block, height * width);
    const inA = walkOf(block, a, height, 1);
    sumAlong(block, { inA, atB, begin, stepB: step, end }, () => {
      multiplyAdd(block, height, width, {
        row: (i) => element.splat(...inA.row(i)),
        column: (j) => element.load(atB, j * betweenVectors),
      });
    });
    const rowC = spec.n * element.bytes;
    const results = Array.from({ length: height * width }, (_, at): Result => {
      const j = (at % width) * element.lanes;
      const lanes = Math.min(element.lanes, columns - j);
      const offset = Math.floor(at / width) * rowC + j * element.bytes;
      return { value: block.register(at), runs: [{ lane: 0, lanes, offset }] };
    });
    storeResults(block, c, results);
  });
}

/**
 * The same with vectors along the rows of C and elements of B in all lanes, where rows of A are side by side in memory. `height` counts
 * vectors.
 */
export function uprightPanel(block: Block, { width, height }: Panels, column: Expression<"i32">): void {
  const { f, element, strideB, spec } = block;
  const { lanes, bytes } = element;
  const begin = f.keep(i32.add(block.b, times(column, strideB.column)));
  const end = f.keep(i32.add(begin, times(block.steps, strideB.row)));
  const atB = f.local("i32");

  forTiles(block, height * lanes, column, (a, c, rows) => {
    const vectors = Math.ceil(rows / lanes);
    clear(block, vectors * width);
    const inA = walkOf(block, a, rows, 1);
    sumAlong(block, { inA, atB, begin, stepB: strideB.row, end }, () => {
      multiplyAdd(block, vectors, width, {
        row: (i) => element.load(...inA.row(i * lanes)),
        column: (j) => element.splat(atB, j * strideB.column),
      });
    });
    const results = Array.from({ length: vectors * width }, (_, at): Result => {
      const first = Math.floor(at / width) * lanes;
      const runs = Array.from({ length: Math.min(lanes, rows - first) }, (_, lane) => ({
        lane,
        lanes: 1,
        offset: ((first + lane) * spec.n + (at % width)) * bytes,
      }));
      return { value: block.register(at), runs };
    });
    storeResults(block, c, results);
  });
}

interface Way {
  readonly inA: Walk;
  readonly atB: Local<"i32">;
  /** Where B begins and ends. */
  readonly begin: Expression<"i32">;
  readonly end: Local<"i32">;
  readonly stepB: number;
}

/** The loop along k. */
function sumAlong({ f, spec }: Block, { inA, atB, begin, end, stepB }: Way, write: () => void): void {
  if (spec.k === 0) return;
  f.emit(inA.start, atB.set(begin));
  if (spec.k === 1) {
    write();
    return;
  }
  const body = f.capture(() => {
    write();
    f.emit(inA.next);
  });
  f.emit(loopWhile(body, i32.ne(atB.tee(plus(atB, stepB)), end)));
}
