import { type Expression, FunctionBuilder, i32, type Local, loopWhile, when } from "../../ir/index.ts";
import type { Target } from "../../target.ts";
import { type Block, plus, type RowRange, registersOf, smaller, times } from "./block.ts";
import { dotPanel, gatheredBytes } from "./dot.ts";
import { type Element, elementOf } from "./element.ts";
import { outerPanel, uprightPanel } from "./outer.ts";
import { packedRowBytes, packRows } from "./pack.ts";
import { type Plan, planOf } from "./plan.ts";
import { isSparse, type SparsePlan, sparsePlanOf, sparseProduct, sparseScratchBytes } from "./sparse.ts";
import { type MatmulSpec, type NormalSpec, normalise, storedA } from "./spec.ts";
import { addressBytes, findRows, tableBytes } from "./walk.ts";

export { type MatmulSpec, matmulFlops, readsChosenRows } from "./spec.ts";

/** A product that is planned, and can be written. */
export interface MatmulKernel {
  /**
   * Pieces of work that threads split between them. A piece is a fixed set of elements of C, each computed in a fixed order, so that the
   * bits of the product do not depend on the split.
   */
  readonly units: number;
  /** Bytes of scratch that each thread needs. */
  readonly scratchBytes: number;
  /**
   * Writes a function of (a, b, c, scratch, begin, end: i32), byte addresses and the range of units; where rows of A are chosen, of
   * (values, indices, b, c, scratch, begin, end).
   */
  write(): FunctionBuilder;
}

interface Kernel {
  readonly spec: NormalSpec;
  readonly element: Element;
  readonly plan: Plan;
  /** For an A of many zeros, if it may have them. */
  readonly sparse: SparsePlan | undefined;
}

/** Plans a product: once, since it takes longer than to write it. */
export function matmulKernel(spec: MatmulSpec, target: Target): MatmulKernel {
  const { m, n, batch } = spec;
  if (m === 0 || n === 0 || batch === 0)
    return { units: 0, scratchBytes: 0, write: () => new FunctionBuilder(parametersOf(spec)) };
  const normal = normalise(spec);
  const element = elementOf(spec.dtype, target);
  const kernel: Kernel = {
    spec: normal,
    element,
    plan: planOf(normal, element, target),
    sparse: sparsePlanOf(normal, element, target),
  };
  return {
    units: kernel.plan.units * batch,
    scratchBytes: scratchPlaces(kernel).end,
    write: () => writeKernel(kernel),
  };
}

function panelScratchBytes({ spec, plan, element }: Kernel): number {
  const { lanes, bytes } = element;
  const sizes = plan.panels.map(({ form, width }) => {
    if (form === "outer" && plan.packing !== "none") return (plan.kBlock + lanes) * width * lanes * bytes;
    return form === "dot" && !spec.transposeB ? width * gatheredBytes(plan.kBlock, bytes) : 0;
  });
  return Math.max(...sizes);
}

/** Rows of the tallest tile that reads packed rows of A. */
function tallestTile({ panels }: Plan): number {
  return Math.max(...panels.filter(({ form }) => form !== "upright").map(({ height }) => height));
}

function rowScratchBytes({ plan, element }: Kernel): number {
  if (!plan.packsA) return 0;
  // A tile may begin in a block of rows and end behind it.
  const rows = plan.rowBlock + tallestTile(plan) - 1;
  return Math.ceil(rows / element.lanes) * element.lanes * packedRowBytes(plan.kBlock, element);
}

/** Bytes of scratch before the packed rows of A, which come after a panel of B; before the table of chosen rows; before the map of zeros. */
function scratchPlaces(kernel: Kernel): Readonly<Record<"rows" | "table" | "map" | "end", number>> {
  const { spec, element, sparse } = kernel;
  const rows = panelScratchBytes(kernel);
  const table = rows + rowScratchBytes(kernel);
  const map = table + tableBytes(spec);
  const mapBytes = sparse === undefined ? 0 : sparseScratchBytes(spec, sparse, element);
  return { rows, table, map, end: map + mapBytes };
}

function parametersOf({ indexBytes }: MatmulSpec): "i32"[] {
  return new Array<"i32">(indexBytes === undefined ? 6 : 7).fill("i32");
}

function writeKernel(kernel: Kernel): FunctionBuilder {
  const f = new FunctionBuilder(parametersOf(kernel.spec));
  const { isSwapped, batch, indexBytes } = kernel.spec;
  const [first, ...others] = f.parameters.map((_, i) => f.parameter<"i32">(i));
  const indices = indexBytes === undefined ? undefined : others.shift();
  const [second, c, scratch, begin, end] = others;
  const [a, b] = isSwapped ? [second, first] : [first, second];
  if (batch === 1) {
    const body = f.capture(() => {
      product(f, kernel, { a, indices, b, c, scratch }, begin, end);
    });
    f.emit(when(i32.lt(begin, end), body));
    return f;
  }
  const { units } = kernel.plan;
  const { m, n, strideA, strideB } = kernel.spec;
  const { bytes } = kernel.element;
  const body = f.capture(() => {
    const item = f.keep(i32.divu(begin, i32.const(units)));
    const from = f.keep(i32.sub(begin, times(item, units)));
    const to = smaller(f, i32.add(from, i32.sub(end, begin)), i32.const(units));
    const at = (operand: Local<"i32">, stride: number): Local<"i32"> =>
      stride === 0 ? operand : f.keep(i32.add(operand, times(item, stride * bytes)));
    const operands = { a: at(a, strideA), indices, b: at(b, strideB), c: at(c, m * n), scratch };
    product(f, kernel, operands, from, to);
    f.emit(begin.set(i32.add(begin, i32.sub(to, from))));
  });
  f.emit(when(i32.lt(begin, end), loopWhile(body, i32.lt(begin, end))));
  return f;
}

const writers = { outer: outerPanel, upright: uprightPanel, dot: dotPanel };

/** Where the operands of a product are. */
interface Addresses extends Readonly<Record<"a" | "b" | "c" | "scratch", Local<"i32">>> {
  /** Which rows of A's array are meant, if not all of them in order. */
  readonly indices?: Local<"i32"> | undefined;
}

/** One product, or the units of it from `from` to `to`, of which there is one at least. */
function product(
  f: FunctionBuilder,
  kernel: Kernel,
  { a: arrayA, indices, b, c, scratch }: Addresses,
  from: Expression<"i32">,
  to: Expression<"i32">,
): void {
  const { spec, element, plan } = kernel;
  const { m, k, n, transposeA, transposeB } = spec;
  const { bytes } = element;
  const places = scratchPlaces(kernel);
  const { rows: storedRows, columns: storedColumns, between } = storedA(spec);
  const rowStep = indices === undefined ? between * bytes : addressBytes;
  const inMemory = transposeA ? { row: bytes, column: rowStep } : { row: rowStep, column: bytes };
  const strideB = transposeB ? { row: bytes, column: k * bytes } : { row: n * bytes, column: bytes };
  const register = registersOf(f, element);
  const inRows = plan.split === "rows";
  const rowFrom = inRows ? f.keep(times(from, plan.unitRows)) : i32.const(0);
  const rowTo = inRows ? smaller(f, times(to, plan.unitRows), i32.const(m)) : i32.const(m);
  /** The rows that tiles of these rows read: a tile may begin among them and end behind them. */
  const rowsOfTiles = ({ from: first, to: last }: RowRange): RowRange => ({
    from: first,
    to: smaller(f, plus(last, tallestTile(plan) - 1), i32.const(m)),
  });

  let a = arrayA;
  let along: Local<"i32"> | undefined;
  let rowAt = (row: Expression<"i32">): Expression<"i32"> => i32.add(arrayA, times(row, between * bytes));
  if (indices !== undefined) {
    const table = f.keep(plus(scratch, places.table));
    findRows(f, kernel, rowsOfTiles({ from: rowFrom, to: rowTo }), { values: arrayA, indices, table });
    rowAt = (row) => i32.load(i32.add(table, times(row, addressBytes)));
    const none = f.keep(i32.const(0));
    [a, along] = transposeA ? [none, table] : [table, none];
  }

  // Upright panels want the rows of A side by side, as they are before they are packed.
  const panels = (inPlace: Block, packed: Block): void => {
    let first = 0;
    for (const panel of plan.panels) {
      const { column, columns, count, form } = panel;
      const index = f.local("i32");
      const write = (): void => {
        writers[form](
          form === "upright" ? inPlace : packed,
          panel,
          count === 1 ? i32.const(column) : f.keep(plus(times(index, columns), column)),
        );
      };
      if (plan.split === "rows") {
        if (count === 1) write();
        else f.forRange(index, i32.const(0), i32.const(count), 1, write);
      } else if (count === 1) {
        const unit = i32.const(first);
        f.emit(when(i32.and(i32.le(from, unit), i32.lt(unit, to)), f.capture(write)));
      } else {
        const begin = f.keep(plus(from, -first));
        f.emit(when(i32.lt(begin, i32.const(0)), begin.set(i32.const(0))));
        f.forRange(index, begin, smaller(f, plus(to, -first), i32.const(count)), 1, write);
      }
      first += count;
    }
  };

  const withRows = (block: Block): void => {
    if (!plan.packsA) {
      panels(block, block);
      return;
    }
    const row = packedRowBytes(plan.kBlock, element);
    const packed = f.keep(plus(scratch, places.rows));
    const rows = block.rows ?? { from: i32.const(0), to: i32.const(m) };
    packRows(block, rowsOfTiles(rows), packed);
    const rowZero = f.keep(i32.sub(packed, times(rows.from, row)));
    panels(block, { ...block, a: rowZero, strideA: { row, column: bytes } });
  };

  const kBlocks = (rows: Block["rows"]): void => {
    const { kBlock, kBlocks: count } = plan;
    const layout = { spec, plan, element, strideA: inMemory, strideB };
    const block = { f, ...layout, a, along, b, c, scratch, rows, register };
    if (count === 1) {
      withRows({ ...block, steps: i32.const(k), isLast: i32.const(1), isLater: undefined });
      return;
    }
    const index = f.local("i32");
    f.forRange(index, i32.const(0), i32.const(count), 1, () => {
      const isLast = i32.eq(index, i32.const(count - 1));
      const steps = f.keep(i32.const(kBlock));
      if (kBlock * count !== k) f.emit(when(isLast, steps.set(i32.const(k - kBlock * (count - 1)))));
      const at = (start: Local<"i32">, step: number): Local<"i32"> =>
        f.keep(i32.add(start, times(index, kBlock * step)));
      const inB = at(b, strideB.row);
      const inA =
        along === undefined ? { a: at(a, inMemory.column), along } : { a, along: at(along, inMemory.column) };
      withRows({ ...block, ...inA, b: inB, steps, isLast, isLater: index });
    });
  };

  const dense = (): void => {
    if (plan.split === "columns" && plan.rowBlock >= m) {
      kBlocks(undefined);
      return;
    }
    if (plan.rowBlock >= m) {
      kBlocks({ from: rowFrom, to: rowTo });
      return;
    }
    const row = f.local("i32");
    f.forRange(row, rowFrom, rowTo, plan.rowBlock, () => {
      kBlocks({ from: row, to: smaller(f, plus(row, plan.rowBlock), rowTo) });
    });
  };
  const { sparse } = kernel;
  if (sparse === undefined) {
    dense();
    return;
  }
  const stored = { rows: storedRows, columns: storedColumns, rowAt };
  const given = { spec, element, plan: sparse, a: stored, b };
  const hasManyZeros = isSparse(f, given);
  const withoutZeros = f.capture(() => {
    const others = { c, scratch: f.keep(plus(scratch, places.map)), register };
    const unitRows = inRows ? plan.unitRows : Math.ceil(m / plan.units);
    sparseProduct(
      f,
      { ...given, ...others },
      { from: f.keep(times(from, unitRows)), to: smaller(f, times(to, unitRows), i32.const(m)) },
    );
  });
  f.emit(when(hasManyZeros, withoutZeros, f.capture(dense)));
}
