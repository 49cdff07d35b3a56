import type { Target } from "../../target.ts";
import type { Element } from "./element.ts";
import type { NormalSpec } from "./spec.ts";

/**
 * Where the vectors lie. `outer`: along the columns of C; each step along k multiplies vectors of B by single elements of A.
 * `upright`: along the rows of C, with single elements of B: for the few columns that do not fill a vector, if A is stored with its
 * rows side by side. `dot`: along k, whose lanes are added in the end.
 */
type Form = "outer" | "upright" | "dot";

/** A block of C that is computed in registers, `height` rows by `width` columns, counted in vectors along the axis of the vectors. */
interface Tile {
  readonly height: number;
  readonly width: number;
}

/** Column panels of one width side by side, each computed in tiles from top to bottom. */
export interface Panels extends Tile {
  readonly form: Form;
  readonly count: number;
  /** The first column. */
  readonly column: number;
  /** Columns of one panel. If they do not fill its vectors there is one panel, the last. */
  readonly columns: number;
}

export interface Plan {
  readonly panels: readonly Panels[];
  /** How a panel of B for outer products gets to the scratch first, if it is not read where it is. */
  readonly packing: "none" | "copy" | "transpose";
  /** Rows of A are packed in the scratch, transposed. */
  readonly packsA: boolean;
  /** k is cut in blocks of this length, whose sums are added up in C. The last may be shorter, or up to three longer. */
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
const panelBytes = 16 * 1024;

/** Bytes of the rows of A that are used with every panel: half of a second-level cache, or a quarter where they are packed. */
const rowBlockBytes = 512 * 1024;
const packedRowBlockBytes = 256 * 1024;

/** Cycles that a tile costs beside its steps along k: setting up, storing, and the mispredicted end of the loop. */
const tileOverhead = 16;

/** Cycles for a cache line of C that a tile touches. */
const lineCycles = 4;
const lineBytes = 64;

/** Do the tile's accumulators and what a step loads fit in the registers? */
export function fits({ height, width }: Tile, element: Element, target: Target): boolean {
  const product = element.isFused ? 0 : 1;
  if (element.type === "i32") return height * width + height + width <= 8;
  const loaded = target.keepsLoadOrder ? Math.min(height, width) + 1 : height + width;
  return height * width + loaded + product <= registers;
}

/**
 * Cycles of one step of a tile: two multiply-adds in a cycle, not quite two loads, as some cross a cache line, four cycles until a sum
 * can be added to again, and what is lost besides, by measurement.
 */
function stepCycles({ height, width }: Tile): number {
  const products = height * width;
  const loads = height + width;
  return Math.max(products / 2, loads * 0.65, 4, (products + loads + 5) / 5) + 0.3;
}

/** Cycles of one panel of tiles from top to bottom. */
function panelCycles({ height, width }: Tile, { rows, steps, linesOf }: Task): number {
  const cycles = (used: number): number =>
    used === 0
      ? 0
      : steps * stepCycles({ height: used, width }) +
        tileOverhead +
        2 * used * width +
        used * linesOf(width) * lineCycles;
  return Math.floor(rows / height) * cycles(height) + cycles(rows % height);
}

interface Cover {
  readonly cycles: number;
  readonly panels: readonly { readonly form: Form; readonly tile: Tile; readonly count: number }[];
}

const nothing: Cover = { cycles: 0, panels: [] };
const never = Number.POSITIVE_INFINITY;

/** What the choice of tiles depends on. */
interface Task {
  readonly form: Form;
  /** Rows, or vectors of rows. */
  readonly rows: number;
  /** Elements along k, or vectors of them. */
  readonly steps: number;
  /** Cache lines that a row of a tile of this width touches in C. */
  readonly linesOf: (width: number) => number;
  readonly element: Element;
  readonly target: Target;
}

/** The tile for one panel of each width up to `widest`, by its cost. */
function bestTiles(widest: number, task: Task): { tile: Tile; cycles: number }[] {
  const { rows, element, target } = task;
  const best: { tile: Tile; cycles: number }[] = [];
  for (let width = 1; width <= widest && fits({ height: 1, width }, element, target); width++) {
    let found = { tile: { height: 1, width }, cycles: never };
    for (let height = 1; height <= rows && fits({ height, width }, element, target); height++) {
      const cycles = panelCycles({ height, width }, task);
      if (cycles < found.cycles) found = { tile: { height, width }, cycles };
    }
    best[width] = found;
  }
  return best;
}

/** The panels that cover `width` columns (or vectors of columns) in the fewest cycles: many of one width, and up to two others. */
function cover(width: number, task: Task): Cover {
  if (width === 0) return nothing;
  const best = bestTiles(width, task);
  let found: Cover = { cycles: never, panels: [] };
  const consider = (parts: readonly (readonly [width: number, count: number])[]): void => {
    const used = parts.filter(([, count]) => count > 0);
    if (used.some(([part]) => best[part] === undefined)) return;
    const cycles = used.reduce((sum, [part, count]) => sum + best[part].cycles * count + 8, 0);
    if (cycles >= found.cycles) return;
    found = {
      cycles,
      panels: used.map(([part, count]) => ({ form: task.form, tile: best[part].tile, count })),
    };
  };
  for (let main = 1; main < best.length; main++) {
    const most = Math.floor(width / main);
    for (let count = most; count >= Math.max(1, most - 1); count--) {
      const rest = width - count * main;
      for (let last = 0; last <= rest / 2; last++) {
        consider([
          [main, count],
          [rest - last, rest > last ? 1 : 0],
          [last, last > 0 ? 1 : 0],
        ]);
      }
    }
  }
  return found;
}

function sideBySide(...covers: readonly Cover[]): Cover {
  return {
    cycles: covers.reduce((sum, { cycles }) => sum + cycles, 0),
    panels: covers.flatMap(({ panels }) => panels),
  };
}

function plusCycles(one: Cover, cycles: number): Cover {
  return { ...one, cycles: one.cycles + cycles };
}

/** The cheapest way to cover the columns of C. */
function coverColumns(
  { m, k, n, transposeA, transposeB }: NormalSpec,
  element: Element,
  target: Target,
): Cover {
  const { lanes, bytes } = element;
  const isAligned = (n * bytes) % lineBytes === 0;
  const linesOf = (width: number): number => {
    const lines = (width * lanes * bytes) / lineBytes;
    return isAligned && Number.isInteger(lines) ? lines : Math.ceil(lines) + 1;
  };
  const task = (form: Form, rows: number, steps: number): Task => {
    return { form, rows, steps, linesOf: form === "outer" ? linesOf : () => 1, element, target };
  };
  // Transposing B costs about a cycle for two elements, gathering a column of it one for each.
  const transposing = transposeB && lanes > 1 ? k / 2 : 0;
  const gathering = transposeB ? 0 : k;
  const outer = (vectors: number): Cover =>
    plusCycles(cover(vectors, task("outer", m, k)), vectors * lanes * transposing);
  const dot = (columns: number): Cover =>
    plusCycles(cover(columns, task("dot", m, Math.ceil(k / lanes))), columns * (2 * m + gathering));
  const upright = (columns: number): Cover =>
    plusCycles(cover(columns, task("upright", Math.ceil(m / lanes), k)), columns * m);

  const vectors = Math.floor(n / lanes);
  const rest = n - vectors * lanes;
  const ways = [outer(Math.ceil(n / lanes))];
  if (lanes > 1 && rest > 0) ways.push(sideBySide(outer(vectors), transposeA ? upright(rest) : dot(rest)));
  if (lanes > 1 && transposeB && !transposeA) ways.push(dot(n));
  return ways.reduce((least, way) => (way.cycles < least.cycles ? way : least));
}

/** Places the panels of a cover, the last of which may be partly outside. */
function place({ panels }: Cover, n: number, lanes: number): Panels[] {
  const placed: Panels[] = [];
  let column = 0;
  for (const { form, tile, count } of panels) {
    const columns = form === "outer" ? tile.width * lanes : tile.width;
    const whole = Math.min(count, Math.floor((n - column) / columns));
    if (whole > 0) placed.push({ ...tile, form, count: whole, column, columns });
    column += whole * columns;
    if (whole < count) placed.push({ ...tile, form, count: 1, column, columns: n - column });
  }
  return placed;
}

/** Parts of equal length, a multiple of `multiple`, but for the last, which takes less or a remainder more. */
function parts(length: number, most: number, multiple: number): { part: number; count: number } {
  if (length <= most) return { part: length, count: 1 };
  const part = Math.ceil(length / Math.ceil(length / most) / multiple) * multiple;
  return { part, count: Math.floor((length + part - multiple) / part) };
}

/** How the product is computed. */
export function planOf(spec: NormalSpec, element: Element, target: Target): Plan {
  const { m, k, n, transposeA, transposeB, indexBytes } = spec;
  const { bytes, lanes } = element;
  const panels = place(coverColumns(spec, element, target), n, lanes);
  const outer = panels.filter(({ form }) => form === "outer");
  const panelCount = panels.reduce((sum, { count }) => sum + count, 0);
  const rowBytes = n * bytes;
  const copies = m >= 16 && k >= 16 && (rowBytes >= 2048 || (rowBytes >= 512 && rowBytes % 512 === 0));
  const packing =
    outer.length === 0 || lanes === 1 ? "none" : transposeB ? "transpose" : copies ? "copy" : "none";
  const packsA =
    transposeA && indexBytes === undefined && lanes > 1 && m * bytes >= 1024 && k >= 64 && panelCount >= 8;

  const widest = Math.max(...outer.map(({ width }) => width * lanes));
  const { part: kBlock, count: kBlocks } = parts(
    k,
    outer.length === 0 ? 8192 / bytes : Math.max(64, Math.floor(panelBytes / (widest * bytes))),
    4,
  );
  const { part: rowBlock } = parts(
    m,
    Math.max(48, Math.floor((packsA ? packedRowBlockBytes : rowBlockBytes) / (Math.max(1, kBlock) * bytes))),
    12,
  );

  const unitRows = panels[0].form === "upright" ? panels[0].height * lanes : panels[0].height;
  const rowUnits = Math.ceil(m / unitRows);
  // Threads that split the columns pack no panel twice; those that split the rows read less of A.
  const isPacked = packing !== "none" || packsA;
  const split = isPacked
    ? panelCount >= Math.min(8, rowUnits)
      ? "columns"
      : "rows"
    : rowUnits >= Math.min(8, panelCount)
      ? "rows"
      : "columns";
  return {
    panels,
    packing,
    packsA,
    kBlock,
    kBlocks,
    rowBlock,
    split,
    unitRows,
    units: split === "rows" ? rowUnits : panelCount,
  };
}
