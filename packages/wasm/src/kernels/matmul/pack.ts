import { type Expression, i32, type Local, loopWhile, v128 } from "../../ir/index.ts";
import { type Block, plus, times } from "./block.ts";
import type { Panels } from "./plan.ts";

/** The first lanes of four vectors, then their second, and so on: what turns rows of B's storage into its columns. */
export function transposed(f: Block["f"], rows: readonly Local<"v128">[], bytes: 4 | 8): Local<"v128">[] {
  const pick = (
    a: Expression<"v128">,
    b: Expression<"v128">,
    lanes: readonly number[],
    size: number,
  ): Local<"v128"> =>
    f.keep(
      v128.shuffle(
        a,
        b,
        lanes.flatMap((lane) => Array.from({ length: size }, (_, i) => lane * size + i)),
      ),
    );
  if (bytes === 8) {
    const [a, b] = rows;
    return [pick(a, b, [0, 2], 8), pick(a, b, [1, 3], 8)];
  }
  const [a, b, c, d] = rows;
  const lowAB = pick(a, b, [0, 4, 1, 5], 4);
  const highAB = pick(a, b, [2, 6, 3, 7], 4);
  const lowCD = pick(c, d, [0, 4, 1, 5], 4);
  const highCD = pick(c, d, [2, 6, 3, 7], 4);
  return [
    pick(lowAB, lowCD, [0, 2], 8),
    pick(lowAB, lowCD, [1, 3], 8),
    pick(highAB, highCD, [0, 2], 8),
    pick(highAB, highCD, [1, 3], 8),
  ];
}

/** Copies a panel of B to the scratch, row after row, so that it is read in one stream that fits in the cache. */
export function copyPanel(block: Block, { width }: Panels, from: Local<"i32">): void {
  const { f, element, scratch, steps, strideB } = block;
  const vector = element.lanes * element.bytes;
  const source = f.keep(from);
  const goal = f.keep(scratch);
  const end = f.keep(i32.add(scratch, times(steps, width * vector)));
  const body = f.capture(() => {
    for (let j = 0; j < width; j++) f.emit(v128.store(goal, v128.load(source, j * vector), j * vector));
    f.emit(source.increase(strideB.row));
  });
  f.emit(loopWhile(body, i32.ne(goal.tee(plus(goal, width * vector)), end)));
}

/**
 * Copies a panel of B that is stored as `[n, k]` to the scratch as rows of its columns. Up to three rows more than there are steps are
 * written, and never used.
 */
export function transposePanel(block: Block, { width, columns }: Panels, from: Local<"i32">): void {
  const { f, element, scratch, steps, strideB } = block;
  const { bytes, lanes } = element;
  const vector = lanes * bytes;
  const rounds = i32.shru(plus(steps, lanes - 1), i32.const(lanes === 4 ? 2 : 1));
  const length = f.keep(times(rounds, lanes * width * vector));
  for (let j = 0; j < width; j++) {
    const source = f.keep(plus(from, j * lanes * strideB.column));
    const goal = f.keep(plus(scratch, j * vector));
    const end = f.keep(i32.add(goal, length));
    const held = Math.min(lanes, columns - j * lanes);
    const body = f.capture(() => {
      const rows = Array.from({ length: lanes }, (_, lane) =>
        f.keep(v128.load(source, Math.min(lane, held - 1) * strideB.column)),
      );
      transposed(f, rows, bytes).forEach((row, step) => {
        f.emit(v128.store(goal, row, step * width * vector));
      });
      f.emit(source.increase(vector));
    });
    f.emit(loopWhile(body, i32.ne(goal.tee(plus(goal, lanes * width * vector)), end)));
  }
}
