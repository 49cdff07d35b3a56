import {
  type Expression,
  type FunctionBuilder,
  i32,
  i64,
  type Local,
  loopWhile,
  when,
} from "../../ir/index.ts";
import type { Target } from "../../target.ts";
import { allFinite } from "../allFinite.ts";
import { plus, type RowRange, smaller, storeResults, times } from "./block.ts";
import type { Element } from "./element.ts";
import { transposePanel } from "./pack.ts";
import { fits } from "./plan.ts";
import type { NormalSpec } from "./spec.ts";
import {
  mapColumns,
  mappedTogether,
  mapRowBytes,
  mapRows,
  type Stored,
  sampleNonzeros,
  samples,
  wordBits,
} from "./zeros.ts";

/** How a product is computed that leaves out the zeros of A. */
export interface SparsePlan {
  /** Vectors of a row of C that are computed together; the last ones of a row may be fewer. */
  readonly width: number;
  /** Rows of op(A) whose zeros are mapped before any is multiplied. */
  readonly rowBlock: number;
  /** Samples of A that are at most not zero. */
  readonly mostNonzeros: number;
}

/** Elements of A below which the whole product takes too little time to look for zeros. */
const fewestElements = 4096;

/** Bytes of the map of a row's steps that are one sum, before it is added to C: sums of blocks are more exact than one of all. */
const blockBytes = (512 / wordBits) * 8;

/** Bytes of a map, which stays in the first-level cache. */
const mapBytes = 16 * 1024;

/** Cycles, by measurement: to look at an element of A; to find one that is not zero, and to multiply it by a vector of B. */
const mapCycles = 0.4;
const findCycles = 2;
const vectorCycles = 0.75;

/** Cycles of the product with all elements, for each of A and column of C, by measurement; what is saved has to be more than noise. */
const columnCycles = 0.13;

/** Plans to leave out zeros: A may be pictures, one-hot rows or counts of words. Undefined for a product that would gain nothing whatever A holds. */
export function sparsePlanOf(spec: NormalSpec, element: Element, target: Target): SparsePlan | undefined {
  const { m, k, n, batch, rowA, dtype, isSwapped } = spec;
  const isOne = batch === 1 || rowA !== undefined;
  const isFit = dtype === "float32" && element.lanes > 1 && isOne && !isSwapped;
  const isWorthALook = m >= mappedTogether && k >= mappedTogether && m * k >= fewestElements;
  if (!isFit || !isWorthALook || n < element.lanes) return undefined;
  const vectors = Math.ceil(n / element.lanes);
  let most = 1;
  while (fits({ height: 1, width: most + 1 }, element, target)) most++;
  const panels = Math.ceil(vectors / most);
  const share = (n * columnCycles - mapCycles) / (panels * findCycles + vectors * vectorCycles);
  const mostNonzeros = Math.floor(Math.min(share, 0.5) * samples);
  if (mostNonzeros <= 0) return undefined;
  const rowBlock = Math.max(1, Math.floor(mapBytes / mapRowBytes(spec) / mappedTogether)) * mappedTogether;
  return { width: Math.ceil(vectors / panels), rowBlock, mostNonzeros };
}

/** Bytes of scratch before the panel of B, if it is stored the other way round, which come after the map. */
function scratchPlaces(
  spec: NormalSpec,
  { rowBlock, width }: SparsePlan,
  { lanes, bytes }: Element,
): Readonly<Record<"panel" | "end", number>> {
  const panel = (rowBlock + 2 * mappedTogether) * mapRowBytes(spec);
  return { panel, end: panel + (spec.transposeB ? (spec.k + lanes) * width * lanes * bytes : 0) };
}

/** Bytes of scratch that each thread needs. */
export function sparseScratchBytes(spec: NormalSpec, plan: SparsePlan, element: Element): number {
  return scratchPlaces(spec, plan, element).end;
}

/**
 * Has A so many zeros that leaving them out is faster, and does it give the same? Only where B is finite: 0 · ∞ is NaN. The operands
 * alone decide, so that all threads come to the same answer.
 */
export function isSparse(
  f: FunctionBuilder,
  { spec: { k, n }, element, plan, a, b }: Pick<SparseProduct, "spec" | "element" | "plan" | "a" | "b">,
): Local<"i32"> {
  const answer = f.keep(i32.le(sampleNonzeros(f, a), i32.const(plan.mostNonzeros)));
  const check = f.capture(() => {
    f.emit(answer.set(allFinite(f, element, b, k * n)));
  });
  f.emit(when(answer, check));
  return answer;
}

export interface SparseProduct {
  readonly spec: NormalSpec;
  readonly element: Element;
  readonly plan: SparsePlan;
  readonly a: Stored;
  readonly b: Local<"i32">;
  readonly c: Local<"i32">;
  readonly scratch: Local<"i32">;
  readonly register: (index: number) => Local;
}

/** Writes rows of C: sums, in the order of k and in blocks, over the elements of a row of op(A) that are not zero. */
export function sparseProduct(f: FunctionBuilder, product: SparseProduct, rows: RowRange): void {
  const { spec, element, plan, a, scratch } = product;
  const { transposeA, n } = spec;
  const map = f.keep(plus(scratch, mappedTogether * mapRowBytes(spec)));
  const columns = plan.width * element.lanes;
  const whole = Math.floor(n / columns);
  const start = f.local("i32");
  f.forRange(start, rows.from, rows.to, plan.rowBlock, () => {
    const block = { from: start, to: smaller(f, plus(start, plan.rowBlock), rows.to), map };
    (transposeA ? mapColumns : mapRows)(f, spec, a, block);
    if (whole > 0) {
      const column = f.local("i32");
      f.forRange(column, i32.const(0), i32.const(whole * columns), columns, () => {
        sparsePanel(f, product, block, panelOf(f, product, column, columns));
      });
    }
    const rest = n - whole * columns;
    if (rest > 0) sparsePanel(f, product, block, panelOf(f, product, i32.const(whole * columns), rest));
  });
}

/** Some columns of op(B), as rows of them. */
interface Panel {
  readonly column: Expression<"i32">;
  readonly columns: number;
  /** Where they begin, and bytes from one step along k to the next. */
  readonly rows: Local<"i32">;
  readonly rowBytes: number;
}

/** Columns of op(B) where they are, or in a copy if B is stored the other way round. */
function panelOf(
  f: FunctionBuilder,
  { spec, element, plan, b, scratch }: SparseProduct,
  column: Expression<"i32">,
  columns: number,
): Panel {
  const { k, n, transposeB } = spec;
  const { lanes, bytes } = element;
  if (!transposeB)
    return { column, columns, rows: f.keep(i32.add(b, times(column, bytes))), rowBytes: n * bytes };
  const width = Math.ceil(columns / lanes);
  const rows = f.keep(plus(scratch, scratchPlaces(spec, plan, element).panel));
  const strideB = { row: bytes, column: k * bytes };
  const from = f.keep(i32.add(b, times(column, strideB.column)));
  transposePanel({ f, element, scratch: rows, steps: i32.const(k), strideB }, { width, columns }, from);
  return { column, columns, rows, rowBytes: width * lanes * bytes };
}

/** Some columns of the rows of C whose zeros in A are mapped. */
function sparsePanel(
  f: FunctionBuilder,
  { spec, element, a, c, register }: SparseProduct,
  { from, to, map }: RowRange & { readonly map: Local<"i32"> },
  { column, columns, rows, rowBytes }: Panel,
): void {
  const { transposeA, n } = spec;
  const { lanes, bytes } = element;
  const vectors = Array.from({ length: Math.ceil(columns / lanes) }, (_, i) => i);
  const value = register(vectors.length);
  const inB = register(vectors.length + 1);
  const atC = f.keep(i32.add(i32.add(c, times(column, bytes)), times(from, n * bytes)));
  const word = f.keep(map);
  const [firstStep, bits, row] = [f.local("i32"), f.local("i64"), f.local("i32")];
  const isBitLeft = i32.eqz(i64.eqz(bits));
  f.forRange(row, from, to, 1, () => {
    const fixed = f.keep(transposeA ? times(row, bytes) : a.rowAt(row));
    const end = f.keep(plus(word, mapRowBytes(spec)));
    f.emit(firstStep.set(i32.const(0)));
    const multiply = f.capture(() => {
      const step = f.keep(i32.add(firstStep, i32.wrap(i64.ctz(bits))));
      f.emit(bits.set(i64.and(bits, i64.sub(bits, i64.const(1n)))));
      const moving = transposeA ? a.rowAt(step) : times(step, bytes);
      f.emit(value.set(element.splat(i32.add(fixed, moving), 0)));
      const atB = f.keep(i32.add(rows, times(step, rowBytes)));
      for (const i of vectors) {
        f.emit(inB.set(element.load(atB, i * lanes * bytes)));
        f.emit(register(i).set(element.madd(inB, value, register(i))));
      }
    });
    const results = vectors.map((i) => ({
      value: register(i),
      runs: [{ lane: 0, lanes: Math.min(lanes, columns - i * lanes), offset: i * lanes * bytes }],
    }));
    const sumTo = (end: Expression<"i32">, isLater: Expression<"i32"> | undefined): void => {
      for (const i of vectors) f.emit(register(i).set(element.zero()));
      const words = f.capture(() => {
        f.emit(bits.set(i64.load(word)), when(isBitLeft, loopWhile(multiply, isBitLeft)));
        f.emit(firstStep.increase(wordBits));
      });
      f.emit(loopWhile(words, i32.ne(word.tee(plus(word, wordBits / 8)), end)));
      storeResults({ f, element, isLater }, atC, results);
    };
    if (mapRowBytes(spec) <= blockBytes) sumTo(end, undefined);
    else {
      const blocks = f.capture(() => {
        const rest = smaller(f, i32.sub(end, word), i32.const(blockBytes));
        sumTo(f.keep(i32.add(word, rest)), f.keep(firstStep));
      });
      f.emit(loopWhile(blocks, i32.ne(word, end)));
    }
    f.emit(atC.increase(n * bytes));
  });
}
