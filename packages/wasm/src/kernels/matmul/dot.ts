import { type Expression, i32, type Local, loopWhile, v128, when } from "../../ir/index.ts";
import { addEarlier, type Block, forTiles, plus, times } from "./block.ts";
import { transposed } from "./pack.ts";
import type { Panels } from "./plan.ts";

/**
 * Dot products: a tile holds `height × width` sums, each in the lanes of a vector along k, which are added in the end as
 * `(l0 + l1) + (l2 + l3)`. A last part of a vector along k is filled with zeros.
 */
export function dotPanel(block: Block, panels: Panels, column: Expression<"i32">): void {
  const { f, strideB } = block;
  const b = f.keep(i32.add(block.b, times(column, strideB.column)));
  forTiles(block, panels, column, (a, c, height) => {
    dotTile(block, panels, a, b, c, height);
  });
}

function dotTile(
  block: Block,
  { width }: Panels,
  a: Local<"i32">,
  b: Local<"i32">,
  c: Local<"i32">,
  height: number,
): void {
  const { f, element, spec, strideA, strideB, plan } = block;
  const { bytes, lanes } = element;
  const vector = lanes * bytes;
  const sums = Array.from({ length: height * width }, () => f.keep(element.zero()) as Local<"v128">);
  const atA = f.keep(a);
  const atB = f.keep(b);
  const step = (load: (at: Local<"i32">, offset: number) => Expression): void => {
    const loadRow = (i: number): Local => f.keep(load(atA, i * strideA.row));
    const loadColumn = (j: number): Local => f.keep(load(atB, j * strideB.column));
    const add = (i: number, j: number, x: Local, y: Local): void => {
      const sum = sums[i * width + j];
      f.emit(sum.set(element.madd(x, y, sum) as Expression<"v128">));
    };
    // What there is more of is loaded one by one, so that it needs one register where loads stay in order.
    if (width <= height) {
      const ys = Array.from({ length: width }, (_, j) => loadColumn(j));
      for (let i = 0; i < height; i++) {
        const x = loadRow(i);
        ys.forEach((y, j) => {
          add(i, j, x, y);
        });
      }
    } else {
      const xs = Array.from({ length: height }, (_, i) => loadRow(i));
      for (let j = 0; j < width; j++) {
        const y = loadColumn(j);
        xs.forEach((x, i) => {
          add(i, j, x, y);
        });
      }
    }
  };
  if (spec.k >= lanes) {
    const whole = i32.and(block.steps, i32.const(-lanes));
    const end = f.keep(i32.add(atB, times(whole, bytes)));
    const body = f.capture(() => {
      step(element.load);
      f.emit(atA.increase(vector));
    });
    f.emit(loopWhile(body, i32.ne(atB.tee(plus(atB, vector)), end)));
  }
  const rest = spec.k % lanes;
  if (rest > 0) {
    const mask = v128.const(Array.from({ length: 16 }, (_, at) => (at < rest * bytes ? 0xff : 0)));
    const remainder = f.capture(() => {
      step((at, offset) => v128.and(v128.load(at, offset), mask));
    });
    f.emit(plan.kBlocks > 1 ? when(block.isLast, remainder) : remainder);
  }
  const rowC = spec.n * bytes;
  const placed: { value: Local; lanes: number; offset: number }[] = [];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j += lanes) {
      const held = sums.slice(i * width + j, i * width + Math.min(width, j + lanes));
      placed.push({ value: addedLanes(block, held), lanes: held.length, offset: i * rowC + j * bytes });
    }
  }
  addEarlier(block, c, placed);
  for (const { value, lanes, offset } of placed) f.emit(element.store(c, value, lanes, offset));
}

/** The sums of the lanes of up to `lanes` vectors, side by side. */
function addedLanes({ f, element }: Block, sums: readonly Local<"v128">[]): Local {
  const filled = Array.from({ length: element.lanes }, (_, i) => sums[Math.min(i, sums.length - 1)]);
  const byLane = transposed(f, filled, element.bytes);
  if (byLane.length === 2) return f.keep(element.add(byLane[0], byLane[1]));
  return f.keep(element.add(element.add(byLane[0], byLane[1]), element.add(byLane[2], byLane[3])));
}
