import type { Target } from "../../target.ts";
import type { Element } from "./element.ts";
import type { NormalSpec } from "./spec.ts";

/**
 * A block of C that is computed in registers: `height` rows and `width` vectors (in the outer-product form) or columns (in the
 * dot-product form).
 */
interface Tile {
  readonly height: number;
  readonly width: number;
}

/** Column panels of one width side by side. */
export interface Panels extends Tile {
  readonly count: number;
  /** The first column. */
  readonly column: number;
  /** Columns of one panel; fewer than `width` vectors hold only if there is one panel, the last. */
  readonly columns: number;
}

export interface Plan {
  /**
   * `outer`: vectors along the columns of C; each step along k multiplies a vector of B by one element of A.
   * `dot`: vectors along k, whose lanes are added in the end.
   */
  readonly form: "outer" | "dot";
  /** B is read where it is, or each panel of it is packed in the scratch first. */
  readonly packing: "none" | "copy" | "transpose";
  readonly panels: readonly Panels[];
  /** k is cut in blocks of this length (the last may be shorter), whose sums are added up in C. */
  readonly kBlock: number;
  readonly kBlocks: number;
  /** Rows of A that are used with every panel of B before the next rows: a part of A that stays in the cache. */
  readonly rowBlock: number;
  /** A unit is a panel, or some rows. */
  readonly split: "rows" | "columns";
  /** Rows of a unit, where it is rows. A tile belongs to the unit with its first row. */
  readonly unitRows: number;
  readonly units: number;
}

/** Registers that hold vectors; V8 keeps one of the 16 for itself. */
const registers = 15;

/** Bytes of a packed panel, in the first-level cache beside rows of A and C. */
const panelBytes = 12 * 1024;

/** Bytes of the rows of A that are used with every panel: half of a second-level cache. */
const rowBlockBytes = 512 * 1024;

/** Cycles that a tile costs beside its steps along k: setting up, storing, and the mispredicted end of the loop. */
const tileOverhead = 16;

/** Do the tile's accumulators and what a step loads fit in the registers? */
function fits({ height, width }: Tile, element: Element, target: Target): boolean {
  const product = element.isFused ? 0 : 1;
  if (element.type === "i32") return height * width + height + width <= 8;
  const loaded = target.keepsLoadOrder ? Math.min(height, width) + 1 : height + width;
  return height * width + loaded + product <= registers;
}

/** Cycles of one step of a tile: two multiply-adds or loads in a cycle, four cycles until a sum can be added to again. */
function stepCycles({ height, width }: Tile): number {
  const products = height * width;
  return Math.max(products / 2, (height + width) / 2, 4, (products + height + width + 5) / 5);
}

/** Cycles for all rows of one panel. */
function panelCycles(tile: Tile, m: number, steps: number): number {
  const cycles = (height: number): number =>
    height === 0
      ? 0
      : steps * stepCycles({ height, width: tile.width }) + tileOverhead + 2 * height * tile.width;
  return Math.floor(m / tile.height) * cycles(tile.height) + cycles(m % tile.height);
}

interface Cover {
  readonly cycles: number;
  readonly panels: readonly { readonly tile: Tile; readonly count: number }[];
}

/** The panels that cover `units` vectors or columns in the fewest cycles: many of one width, and up to two others. */
function cover(units: number, m: number, steps: number, element: Element, target: Target): Cover {
  const best: ({ tile: Tile; cycles: number } | undefined)[] = [];
  for (let width = 1; fits({ height: 1, width }, element, target); width++) {
    for (let height = 1; height <= m && fits({ height, width }, element, target); height++) {
      const tile = { height, width };
      const cycles = panelCycles(tile, m, steps);
      if (cycles < (best[width]?.cycles ?? Number.POSITIVE_INFINITY)) best[width] = { tile, cycles };
    }
  }
  let found: Cover = { cycles: Number.POSITIVE_INFINITY, panels: [] };
  const consider = (widths: readonly (readonly [width: number, count: number])[]): void => {
    let cycles = 0;
    const panels: { tile: Tile; count: number }[] = [];
    for (const [width, count] of widths) {
      if (count === 0) continue;
      const one = best[width];
      if (one === undefined) return;
      cycles += one.cycles * count + 8;
      panels.push({ tile: one.tile, count });
    }
    if (cycles < found.cycles) found = { cycles, panels };
  };
  for (let width = 1; width < best.length; width++) {
    const most = Math.floor(units / width);
    for (let count = most; count >= Math.max(1, most - 1); count--) {
      const rest = units - count * width;
      for (let second = 0; second <= rest / 2; second++) {
        consider([
          [width, count],
          [rest - second, rest > second ? 1 : 0],
          [second, second > 0 ? 1 : 0],
        ]);
      }
    }
  }
  return found;
}

/** Places the panels of a cover, the last of which may be partly outside. */
function place({ panels }: Cover, n: number, lanes: number): Panels[] {
  const placed: Panels[] = [];
  let column = 0;
  for (const { tile, count } of panels) {
    const columns = tile.width * lanes;
    const whole = Math.min(count, Math.floor((n - column) / columns));
    if (whole > 0) placed.push({ ...tile, count: whole, column, columns });
    column += whole * columns;
    if (whole < count) placed.push({ ...tile, count: 1, column, columns: n - column });
  }
  return placed;
}

function blocks(length: number, most: number, multiple: number): { block: number; count: number } {
  const count = Math.max(1, Math.ceil(length / most));
  const block = Math.ceil(length / count / multiple) * multiple;
  return { block: count === 1 ? length : block, count: count === 1 ? 1 : Math.ceil(length / block) };
}

/** How the product is computed. */
export function planOf(spec: NormalSpec, element: Element, target: Target): Plan {
  const { m, k, n, transposeA, transposeB } = spec;
  const { bytes, lanes } = element;
  const outer = cover(Math.ceil(n / lanes), m, k, element, target);
  const isStrided = lanes > 1 && transposeB;
  // Transposing costs about a cycle for two elements; copying, less than one for a vector.
  const transposing = isStrided ? (n * k) / 2 : 0;
  const dot = isStrided && !transposeA ? cover(n, m, Math.ceil(k / lanes), element, target) : undefined;
  const addingLanes = m * Math.ceil(n / lanes) * 8;
  const isDot = dot !== undefined && dot.cycles + addingLanes < outer.cycles + transposing;

  const panels = isDot ? place(dot, n, 1) : place(outer, n, lanes);
  const rowBytes = n * bytes;
  const copies =
    !transposeB &&
    lanes > 1 &&
    m >= 16 &&
    k >= 16 &&
    (rowBytes >= 2048 || (rowBytes >= 512 && rowBytes % 512 === 0));
  const packing = isDot ? "none" : isStrided ? "transpose" : copies ? "copy" : "none";
  const widest = Math.max(...panels.map(({ width }) => width));
  const kMost = isDot ? 8192 / bytes : Math.max(64, Math.floor(panelBytes / (widest * lanes * bytes)));
  const { block: kBlock, count: kBlocks } = blocks(k, kMost, 4);
  const { block: rowBlock } = blocks(
    m,
    Math.max(48, Math.floor(rowBlockBytes / (Math.max(1, kBlock) * bytes))),
    12,
  );

  const panelCount = panels.reduce((sum, { count }) => sum + count, 0);
  const unitRows = panels[0]?.height ?? 1;
  const rowUnits = Math.ceil(m / unitRows);
  const split =
    packing === "none"
      ? rowUnits >= Math.min(8, panelCount)
        ? "rows"
        : "columns"
      : panelCount >= Math.min(8, rowUnits)
        ? "columns"
        : "rows";
  return {
    form: isDot ? "dot" : "outer",
    packing,
    panels,
    kBlock,
    kBlocks,
    rowBlock,
    split,
    unitRows,
    units: split === "rows" ? rowUnits : panelCount,
  };
}
