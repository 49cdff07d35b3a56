import { type Expression, type FunctionBuilder, i32, type Local, type Statement } from "../../ir/index.ts";
import { fetchRows, mostFetched } from "../fetchRows.ts";
import { type IndexBytes, indexAt } from "../indices.ts";
import { type Block, plus, type RowRange, times } from "./block.ts";
import type { Element } from "./element.ts";
import { type MatmulSpec, storedA } from "./spec.ts";

/** Where a tile is in A on its way along k. */
export interface Walk {
  /** To the first step. */
  readonly start: readonly Statement[];
  /** To the next step, or as many steps on as fill a vector. */
  readonly next: readonly Statement[];
  /** The tile's row: an address and the bytes from there. */
  row(index: number): readonly [address: Local<"i32">, offset: number];
}

/** Bytes of an address in the table of chosen rows. */
export const addressBytes = 4;

/** The way of a tile of `rows` rows through A, `steps` at a time. `a` is the tile's place by `forTiles`. */
export function walkOf(
  { f, along, strideA, spec }: Block,
  a: Local<"i32">,
  rows: number,
  steps: number,
): Walk {
  if (along === undefined) {
    const at = f.local("i32");
    return {
      start: [at.set(a)],
      next: [at.increase(steps * strideA.column)],
      row: (index) => [at, index * strideA.row],
    };
  }
  const addressIn = (
    table: Expression<"i32">,
    index: number,
    skipped: Expression<"i32">,
  ): Expression<"i32"> => i32.add(i32.load(table, index * addressBytes), skipped);
  if (spec.transposeA) {
    const [step, at] = [f.local("i32"), f.local("i32")];
    return {
      start: [step.set(along), at.set(addressIn(step, 0, a))],
      next: [at.set(addressIn(step, steps, a)), step.increase(steps * addressBytes)],
      row: (index) => [at, index * strideA.row],
    };
  }
  const places = Array.from({ length: rows }, () => f.local("i32"));
  return {
    start: places.map((place, index) => place.set(addressIn(a, index, along))),
    next: places.map((place) => place.increase(steps * strideA.column)),
    row: (index) => [places[index], 0],
  };
}

/** The table of the addresses of chosen rows; a walk along k reads one more than it needs. */
export function tableBytes(spec: MatmulSpec): number {
  return spec.indexBytes === undefined ? 0 : (storedA(spec).rows + 1) * addressBytes;
}

/** Writes the addresses of the chosen rows to the table. If they are rows of op(A), those of the range are fetched. */
export function findRows(
  f: FunctionBuilder,
  { spec, element }: { readonly spec: MatmulSpec; readonly element: Element },
  range: RowRange,
  { values, indices, table }: Readonly<Record<"values" | "indices" | "table", Local<"i32">>>,
): void {
  const { transposeA, m, indexBytes } = spec;
  const { rows, columns, between } = storedA(spec);
  const placeOf = (row: Expression<"i32">): Expression<"i32"> => i32.add(table, times(row, addressBytes));
  const row = f.local("i32");
  f.forRange(row, i32.const(0), i32.const(rows), 1, () => {
    const index = indexAt(indices, row, indexBytes as IndexBytes);
    f.emit(i32.store(placeOf(row), i32.add(values, times(index, between * element.bytes))));
  });
  // A product along the rows reads them before the other one, and waits for each.
  if (transposeA) return;
  const { from, to } = range;
  const last = f.keep(plus(to, -1));
  const first = f.local("i32");
  const unused = plus(table, m * addressBytes);
  f.forRange(first, from, to, mostFetched, () => {
    const bytes = columns * element.bytes;
    fetchRows(f, { first, last, count: mostFetched }, (one) => i32.load(placeOf(one)), bytes, unused);
  });
}
