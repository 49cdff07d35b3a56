import { type Expression, FunctionBuilder, i32, type Local, loopWhile, when } from "../../ir/index.ts";
import type { Target } from "../../target.ts";
import { type Block, plus, registersOf, smaller, times } from "./block.ts";
import { dotPanel, gatheredBytes } from "./dot.ts";
import { type Element, elementOf } from "./element.ts";
import { outerPanel, uprightPanel } from "./outer.ts";
import { packedRowBytes, packRows } from "./pack.ts";
import { type Plan, planOf } from "./plan.ts";
import { type MatmulSpec, type NormalSpec, normalise } from "./spec.ts";

export { type MatmulSpec, matmulFlops } from "./spec.ts";

/** A product that is planned, and can be written. */
export interface MatmulKernel {
  /**
   * Pieces of work that threads split between them. A piece is a fixed set of elements of C, each computed in a fixed order, so that the
   * bits of the product do not depend on the split.
   */
  readonly units: number;
  /** Bytes of scratch that each thread needs: a panel of B, then rows of A. */
  readonly scratchBytes: number;
  /** Writes a function of (a, b, c, scratch, begin, end: i32), byte addresses and the range of units. */
  write(): FunctionBuilder;
}

interface Kernel {
  readonly spec: NormalSpec;
  readonly element: Element;
  readonly plan: Plan;
}

/** Plans a product: once, since it takes longer than to write it. */
export function matmulKernel(spec: MatmulSpec, target: Target): MatmulKernel {
  const { m, n, batch } = spec;
  if (m === 0 || n === 0 || batch === 0)
    return { units: 0, scratchBytes: 0, write: () => new FunctionBuilder(parameters) };
  const normal = normalise(spec);
  const element = elementOf(spec.dtype, target);
  const kernel: Kernel = { spec: normal, element, plan: planOf(normal, element, target) };
  return {
    units: kernel.plan.units * batch,
    scratchBytes: panelScratchBytes(kernel) + rowScratchBytes(kernel),
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

const parameters = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

function writeKernel(kernel: Kernel): FunctionBuilder {
  const f = new FunctionBuilder(parameters);
  const { isSwapped, batch } = kernel.spec;
  const a = f.parameter<"i32">(isSwapped ? 1 : 0);
  const b = f.parameter<"i32">(isSwapped ? 0 : 1);
  const c = f.parameter<"i32">(2);
  const begin = f.parameter<"i32">(4);
  const end = f.parameter<"i32">(5);
  if (batch === 1) {
    f.emit(
      when(
        i32.lt(begin, end),
        f.capture(() => {
          product(f, kernel, a, b, c, begin, end);
        }),
      ),
    );
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
    product(f, kernel, at(a, strideA), at(b, strideB), at(c, m * n), from, to);
    f.emit(begin.set(i32.add(begin, i32.sub(to, from))));
  });
  f.emit(when(i32.lt(begin, end), loopWhile(body, i32.lt(begin, end))));
  return f;
}

const writers = { outer: outerPanel, upright: uprightPanel, dot: dotPanel };

/** One product, or the units of it from `from` to `to`, of which there is one at least. */
function product(
  f: FunctionBuilder,
  kernel: Kernel,
  a: Local<"i32">,
  b: Local<"i32">,
  c: Local<"i32">,
  from: Expression<"i32">,
  to: Expression<"i32">,
): void {
  const { spec, element, plan } = kernel;
  const { m, k, n, transposeA, transposeB } = spec;
  const { bytes } = element;
  const inMemory = transposeA ? { row: bytes, column: m * bytes } : { row: k * bytes, column: bytes };
  const strideB = transposeB ? { row: bytes, column: k * bytes } : { row: n * bytes, column: bytes };
  const scratch = f.parameter<"i32">(3);
  const register = registersOf(f, element);

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
    const packed = f.keep(plus(scratch, panelScratchBytes(kernel)));
    const rows = block.rows ?? { from: i32.const(0), to: i32.const(m) };
    const end = smaller(f, plus(rows.to, tallestTile(plan) - 1), i32.const(m));
    packRows(block, { from: rows.from, to: end }, packed);
    const rowZero = f.keep(i32.sub(packed, times(rows.from, row)));
    panels(block, { ...block, a: rowZero, strideA: { row, column: bytes } });
  };

  const kBlocks = (rows: Block["rows"]): void => {
    const { kBlock, kBlocks: count } = plan;
    const block = { f, spec, plan, element, strideA: inMemory, strideB, a, b, c, scratch, rows, register };
    if (count === 1) {
      withRows({ ...block, steps: i32.const(k), isLast: i32.const(1), isLater: undefined });
      return;
    }
    const index = f.local("i32");
    f.forRange(index, i32.const(0), i32.const(count), 1, () => {
      const isLast = i32.eq(index, i32.const(count - 1));
      const steps = f.keep(i32.const(kBlock));
      if (kBlock * count !== k) f.emit(when(isLast, steps.set(i32.const(k - kBlock * (count - 1)))));
      const blockA = f.keep(i32.add(a, times(index, kBlock * inMemory.column)));
      const blockB = f.keep(i32.add(b, times(index, kBlock * strideB.row)));
      withRows({ ...block, a: blockA, b: blockB, steps, isLast, isLater: index });
    });
  };

  if (plan.split === "columns" && plan.rowBlock >= m) {
    kBlocks(undefined);
    return;
  }
  const inRows = plan.split === "rows";
  const rowFrom = inRows ? f.keep(times(from, plan.unitRows)) : i32.const(0);
  const rowTo = inRows ? smaller(f, times(to, plan.unitRows), i32.const(m)) : i32.const(m);
  if (plan.rowBlock >= m) {
    kBlocks({ from: rowFrom, to: rowTo });
    return;
  }
  const row = f.local("i32");
  f.forRange(row, rowFrom, rowTo, plan.rowBlock, () => {
    kBlocks({ from: row, to: smaller(f, plus(row, plan.rowBlock), rowTo) });
  });
}
