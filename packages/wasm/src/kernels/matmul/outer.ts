import { type Expression, i32, type Local, loopWhile } from "../../ir/index.ts";
import { type Block, clear, forTiles, multiplyAdd, plus, type Result, storeResults, times } from "./block.ts";
import { copyPanel, transposePanel } from "./pack.ts";
import type { Panels } from "./plan.ts";

/**
 * Outer products: a tile holds `height × width` vectors of C in registers, and each step along k adds the product of `height` elements
 * of A, each in all lanes, and `width` vectors of B. Each element of C is one sum in the order of k.
 */
export function outerPanel(block: Block, panels: Panels, column: Expression<"i32">): void {
  const { f, element, plan, strideA, strideB, scratch, spec } = block;
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
  const atA = f.local("i32");
  const atB = f.local("i32");

  forTiles(block, panels.height, column, (a, c, height) => {
    clear(block, height * width);
    sumAlong(block, { atA, atB, stepA: strideA.column, stepB: step, end }, a, begin, () => {
      multiplyAdd(block, height, width, {
        row: (i) => element.splat(atA, i * strideA.row),
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
  const { f, element, strideA, strideB, spec } = block;
  const { lanes, bytes } = element;
  const begin = f.keep(i32.add(block.b, times(column, strideB.column)));
  const end = f.keep(i32.add(begin, times(block.steps, strideB.row)));
  const atA = f.local("i32");
  const atB = f.local("i32");

  forTiles(block, height * lanes, column, (a, c, rows) => {
    const vectors = Math.ceil(rows / lanes);
    clear(block, vectors * width);
    sumAlong(block, { atA, atB, stepA: strideA.column, stepB: strideB.row, end }, a, begin, () => {
      multiplyAdd(block, vectors, width, {
        row: (i) => element.load(atA, i * lanes * bytes),
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

interface Walk {
  readonly atA: Local<"i32">;
  readonly atB: Local<"i32">;
  readonly stepA: number;
  readonly stepB: number;
  /** Where B ends. */
  readonly end: Local<"i32">;
}

/** The loop along k. */
function sumAlong(
  { f, spec }: Block,
  { atA, atB, stepA, stepB, end }: Walk,
  a: Local<"i32">,
  b: Local<"i32">,
  write: () => void,
): void {
  if (spec.k === 0) return;
  f.emit(atA.set(a), atB.set(b));
  if (spec.k === 1) {
    write();
    return;
  }
  const body = f.capture(() => {
    write();
    f.emit(atA.increase(stepA));
  });
  f.emit(loopWhile(body, i32.ne(atB.tee(plus(atB, stepB)), end)));
}
