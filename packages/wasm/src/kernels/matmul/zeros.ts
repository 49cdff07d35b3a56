import {
  type Expression,
  type FunctionBuilder,
  f32x4,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64,
  type Local,
  loopWhile,
  type Statement,
  v128,
  when,
} from "../../ir/index.ts";
import { plus, type RowRange, times } from "./block.ts";
import type { NormalSpec } from "./spec.ts";

/** A matrix of float32 as it is stored. */
export interface Stored {
  readonly rows: number;
  readonly columns: number;
  /** The address of a row, whose elements follow one another. */
  rowAt(row: Expression<"i32">): Expression<"i32">;
}

const bytes = 4;
const lanes = 4;

/** Elements that {@link sampleNonzeros} looks at. */
export const samples = 64;

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** A step that, taken round and round, comes to all of `length` places: about this share of them, or less. */
function strideAlong(length: number, share: number): number {
  let stride = Math.max(1, Math.round(share * length));
  while (greatestDivisor(stride, length) !== 1) stride--;
  return stride;
}

/** How many of {@link samples} elements, always the same ones, are not zero. They are spread over rows and columns alike. */
export function sampleNonzeros(f: FunctionBuilder, { rows, columns, rowAt }: Stored): Local<"i32"> {
  const [count, row, column] = [0, 0, 0].map((start) => f.keep(i32.const(start)));
  const advance = (place: Local<"i32">, length: number, share: number): Statement => [
    place.increase(strideAlong(length, share)),
    when(i32.ge(place, i32.const(length)), place.increase(-length)),
  ];
  const index = f.local("i32");
  f.forRange(index, i32.const(0), i32.const(samples), 1, () => {
    const bits = i32.load(i32.add(rowAt(row), times(column, bytes)));
    const isZero = i32.eqz(i32.shl(bits, i32.const(1)));
    f.emit(count.increase(i32.eqz(isZero)));
    // Powers of the plastic number (Roberts 2018): few points in a square are spread better.
    f.emit(advance(row, rows, 0.7549), advance(column, columns, 0.5698));
  });
  return count;
}

/** Bits of a word of a map. */
export const wordBits = 64;

/** Bytes of a row of a map: a bit for each step along k, lowest first, in whole words. Bits after the last are 0. */
export function mapRowBytes({ k }: NormalSpec): number {
  return (Math.ceil(k / wordBits) * wordBits) / 8;
}

/** Rows of op(A), and where the map of them begins: what is not zero has the bit 1. */
type Mapped = RowRange & { readonly map: Local<"i32"> };

/** Elements that are looked at together, which make a vector of bytes. */
export const mappedTogether = 16;

/** A byte of ones for each of the first `count` elements that is not zero, of zeros for one that is; what follows is anything. */
function nonzeroBytes(
  zero: Local<"v128">,
  address: Expression<"i32">,
  { offset = 0, count = mappedTogether }: { readonly offset?: number; readonly count?: number } = {},
): Expression<"v128"> {
  const masks = [0, 1, 2, 3].map((i) =>
    i * lanes < count ? f32x4.ne(v128.load(address, offset + i * lanes * bytes), zero) : zero,
  );
  const [low, high] = [i16x8.narrowS32(masks[0], masks[1]), i16x8.narrowS32(masks[2], masks[3])];
  return i8x16.narrowS16(low, high);
}

/** Maps rows of A, which is stored as it is. */
export function mapRows(
  f: FunctionBuilder,
  spec: NormalSpec,
  { rowAt }: Stored,
  { from, to, map }: Mapped,
): void {
  const { k } = spec;
  const zero = f.keep(f32x4.const(0));
  /** Up to 32 elements. */
  const bitsAt = (address: Expression<"i32">, offset: number, count: number): Expression<"i32"> => {
    const bits = (first: number): Expression<"i32"> =>
      i8x16.bitmask(nonzeroBytes(zero, address, { offset: offset + first * bytes, count: count - first }));
    return count <= 16 ? bits(0) : i32.or(bits(0), i32.shl(bits(16), i32.const(16)));
  };
  const rest = k % 32;
  const whole = (k - rest) / 8;
  const target = f.keep(map);
  const [row, place] = [f.local("i32"), f.local("i32")];
  f.forRange(row, from, to, 1, () => {
    const start = f.keep(rowAt(row));
    f.forRange(place, i32.const(0), i32.const(whole), 4, () => {
      const source = f.keep(i32.add(start, times(place, 8 * bytes)));
      f.emit(i32.store(i32.add(target, place), bitsAt(source, 0, 32)));
    });
    if (rest > 0) {
      const bits = bitsAt(start, whole * 8 * bytes, rest);
      f.emit(i32.store(target, i32.and(bits, i32.const(2 ** rest - 1)), whole));
    }
    const filled = Math.ceil(k / 32) * 4;
    if (filled < mapRowBytes(spec)) f.emit(i32.store(target, i32.const(0), filled));
    f.emit(target.increase(mapRowBytes(spec)));
  });
}

/**
 * Maps rows of op(A) where A is stored transposed: eight rows of what is stored, one below the other, give a byte of each column. Columns
 * are taken in sixteens, the last of which is among the others where there are no sixteen more; so up to {@link mappedTogether} rows of
 * the map before those meant and behind them are written too.
 */
export function mapColumns(
  f: FunctionBuilder,
  spec: NormalSpec,
  { rowAt }: Stored,
  { from, to, map }: Mapped,
): void {
  const { k, m } = spec;
  const mapRow = mapRowBytes(spec);
  const zero = f.keep(f32x4.const(0));
  const columns = Array.from({ length: mappedTogether }, (_, i) => i);
  const [group, first, target, all] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("v128")];
  const row = f.local("i32");
  const bit = f.local("v128");
  f.forRange(group, from, to, mappedTogether, () => {
    const last = m - mappedTogether;
    f.emit(first.set(group), when(i32.gt(first, i32.const(last)), first.set(i32.const(last))));
    f.emit(target.set(i32.add(map, times(i32.sub(first, from), mapRow))));
    const skipped = f.keep(times(first, bytes));
    if (Math.ceil(k / 8) % 8 > 0) {
      for (const column of columns) f.emit(i64.store(target, i64.const(0n), (column + 1) * mapRow - 8));
    }
    const mapBytes = (end: Expression<"i32">): void => {
      f.emit(all.set(zero), bit.set(i8x16.const(1)));
      f.forRange(row, row, end, 1, () => {
        const source = f.keep(i32.add(rowAt(row), skipped));
        f.emit(all.set(v128.or(all, v128.and(nonzeroBytes(zero, source), bit))));
        f.emit(bit.set(i32x4.shl(bit, i32.const(1))));
      });
      for (const column of columns) f.emit(v128.store8Lane(target, all, column, column * mapRow));
    };
    const rest = k % 8;
    f.emit(row.set(i32.const(0)));
    const body = f.capture(() => {
      mapBytes(f.keep(plus(row, 8)));
      f.emit(target.increase(1));
    });
    f.emit(loopWhile(body, i32.lt(row, i32.const(k - rest))));
    if (rest > 0) mapBytes(i32.const(k));
  });
}
