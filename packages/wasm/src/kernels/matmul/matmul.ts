import { type Expression, FunctionBuilder, i32, type Local, loopWhile, when } from "../../ir/index.ts";
import type { Target } from "../../target.ts";
import { type Block, plus, smaller, times } from "./block.ts";
import { dotPanel } from "./dot.ts";
import { type Element, elementOf } from "./element.ts";
import { outerPanel } from "./outer.ts";
import { type Plan, planOf } from "./plan.ts";
import { type MatmulSpec, type NormalSpec, normalise } from "./spec.ts";

export { type MatmulSpec, matmulFlops } from "./spec.ts";

interface Kernel {
  readonly spec: NormalSpec;
  readonly element: Element;
  readonly plan: Plan;
}

function kernelOf(spec: MatmulSpec, target: Target): Kernel {
  const normal = normalise(spec);
  const element = elementOf(spec.dtype, target);
  return { spec: normal, element, plan: planOf(normal, element, target) };
}

function isEmpty({ m, n, batch }: MatmulSpec): boolean {
  return m === 0 || n === 0 || batch === 0;
}

/**
 * Pieces of work that threads split between them. A piece is a fixed set of elements of C, each computed in a fixed order, so that the
 * bits of the product do not depend on the split.
 */
export function matmulUnits(spec: MatmulSpec, target: Target): number {
  if (isEmpty(spec)) return 0;
  const kernel = kernelOf(spec, target);
  return kernel.plan.units * kernel.spec.batch;
}

/** Bytes of scratch that each thread needs: one packed panel of B. */
export function matmulScratchBytes(spec: MatmulSpec, target: Target): number {
  if (isEmpty(spec)) return 0;
  const { plan, element } = kernelOf(spec, target);
  if (plan.packing === "none") return 0;
  const widest = Math.max(...plan.panels.map(({ width }) => width));
  return (plan.kBlock + element.lanes) * widest * element.lanes * element.bytes;
}

/** The kernel: a function of (a, b, c, scratch, begin, end: i32), byte addresses and the range of units. */
export function matmulKernel(spec: MatmulSpec, target: Target): FunctionBuilder {
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32"]);
  if (isEmpty(spec)) return f;
  const kernel = kernelOf(spec, target);
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

/** One product, or the units of it from `from` to `to`, of which there is one at least. */
function product(
  f: FunctionBuilder,
  { spec, element, plan }: Kernel,
  a: Local<"i32">,
  b: Local<"i32">,
  c: Local<"i32">,
  from: Expression<"i32">,
  to: Expression<"i32">,
): void {
  const { m, k, n, transposeA, transposeB } = spec;
  const { bytes } = element;
  const strideA = transposeA ? { row: bytes, column: m * bytes } : { row: k * bytes, column: bytes };
  const strideB = transposeB ? { row: bytes, column: k * bytes } : { row: n * bytes, column: bytes };
  const isSplitInRows = plan.split === "rows";
  const writePanel = plan.form === "dot" ? dotPanel : outerPanel;

  const kBlocks = (rows: Block["rows"]): void => {
    const { kBlock, kBlocks: count } = plan;
    if (count === 1) {
      panels({ ...fixed, rows, a, b, steps: i32.const(k), isLast: i32.const(1), isLater: undefined });
      return;
    }
    const index = f.local("i32");
    f.forRange(index, i32.const(0), i32.const(count), 1, () => {
      const isLast = i32.eq(index, i32.const(count - 1));
      const steps = f.keep(i32.const(kBlock));
      if (kBlock * count > k) f.emit(when(isLast, steps.set(i32.const(k - kBlock * (count - 1)))));
      panels({
        ...fixed,
        rows,
        a: f.keep(i32.add(a, times(index, kBlock * strideA.column))),
        b: f.keep(i32.add(b, times(index, kBlock * strideB.row))),
        steps,
        isLast,
        isLater: index,
      });
    });
  };
  const fixed = { f, spec, plan, element, strideA, strideB, c, scratch: f.parameter<"i32">(3) };

  const panels = (block: Block): void => {
    let first = 0;
    for (const panel of plan.panels) {
      const { column, columns, count } = panel;
      const index = f.local("i32");
      const write = (): void => {
        writePanel(
          block,
          panel,
          count === 1 ? i32.const(column) : f.keep(plus(times(index, columns), column)),
        );
      };
      if (isSplitInRows) {
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

  if (!isSplitInRows && plan.rowBlock >= m) {
    kBlocks(undefined);
    return;
  }
  const rowFrom = isSplitInRows ? f.keep(times(from, plan.unitRows)) : i32.const(0);
  const rowTo = isSplitInRows ? smaller(f, times(to, plan.unitRows), i32.const(m)) : i32.const(m);
  if (plan.rowBlock >= m) {
    kBlocks({ from: rowFrom, to: rowTo });
    return;
  }
  const row = f.local("i32");
  f.forRange(row, rowFrom, rowTo, plan.rowBlock, () => {
    kBlocks({ from: row, to: smaller(f, plus(row, plan.rowBlock), rowTo) });
  });
}
