import { type Expression, i32, type Local, loopWhile } from "../../ir/index.ts";
import { addEarlier, type Block, forTiles, plus, times } from "./block.ts";
import { copyPanel, transposePanel } from "./pack.ts";
import type { Panels } from "./plan.ts";

/**
 * Outer products: a tile holds `height × width` vectors of C in registers, and each step along k adds the product of `height` elements
 * of A, each in all lanes, and `width` vectors of B. Each element of C is one sum in the order of k, whatever tile it is in.
 */
export function outerPanel(block: Block, panels: Panels, column: Expression<"i32">): void {
  const { f, element, plan, strideB, scratch } = block;
  const vector = element.lanes * element.bytes;
  const isPacked = plan.packing !== "none";
  const from = f.keep(i32.add(block.b, times(column, strideB.column)));
  if (plan.packing === "copy") copyPanel(block, panels, from);
  if (plan.packing === "transpose") transposePanel(block, panels, from);
  const step = isPacked ? panels.width * vector : strideB.row;
  const betweenVectors = isPacked ? vector : element.lanes * strideB.column;
  const begin = isPacked ? scratch : from;
  const end = f.keep(i32.add(begin, times(block.steps, step)));
  forTiles(block, panels, column, (a, c, height) => {
    outerTile(block, panels, a, c, height, { begin, end, step, betweenVectors });
  });
}

interface PanelAddresses {
  readonly begin: Local<"i32">;
  readonly end: Local<"i32">;
  readonly step: number;
  readonly betweenVectors: number;
}

function outerTile(
  block: Block,
  { width, columns }: Panels,
  a: Local<"i32">,
  c: Local<"i32">,
  height: number,
  panel: PanelAddresses,
): void {
  const { f, element, strideA, spec } = block;
  const sums = Array.from({ length: height * width }, () => f.keep(element.zero()));
  if (spec.k > 0) {
    const atA = f.keep(a);
    const atB = f.keep(panel.begin);
    const body = f.capture(() => {
      // What there is more of is loaded one by one, so that it needs one register where loads stay in order.
      const loadRow = (i: number): Local => f.keep(element.splat(atA, i * strideA.row));
      const loadColumn = (j: number): Local => f.keep(element.load(atB, j * panel.betweenVectors));
      const add = (i: number, j: number, x: Local, y: Local): void => {
        const sum = sums[i * width + j];
        f.emit(sum.set(element.madd(x, y, sum)));
      };
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
      f.emit(atA.increase(strideA.column));
    });
    f.emit(loopWhile(body, i32.ne(atB.tee(plus(atB, panel.step)), panel.end)));
  }
  const rowC = spec.n * element.bytes;
  const placed = sums.map((value, at) => {
    const j = at % width;
    const lanes = Math.min(element.lanes, columns - j * element.lanes);
    return { value, lanes, offset: Math.floor(at / width) * rowC + j * element.lanes * element.bytes };
  });
  addEarlier(block, c, placed);
  for (const { value, lanes, offset } of placed) f.emit(element.store(c, value, lanes, offset));
}
