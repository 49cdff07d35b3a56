import { type DType, isFloat } from "@adjoint/tensor";
import {
  type Expression,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  type Local,
  type Statement,
  v128,
  when,
} from "../ir/index.ts";
import type { Machine } from "./machine.ts";

type Vector = Expression<"v128">;

/** A sum or largest that a loop builds up. */
export interface Accumulator {
  /** Takes a value; of a vector the first `rest` lanes alone, all of them for 0. */
  add(value: Local, rest: number): void;
  /**
   * The result, in every lane when the lanes are one row (`isSpread`), else one for each lane. A sum of float32 may be had as the one
   * float64 that it is before it is rounded (`isWide`), where the lanes are one row.
   */
  result(options: { isSpread: boolean; isWide: boolean }): Local;
  /** Where one pass may not do: runs another when it must. */
  repeat?(pass: () => void): void;
}

/** The lanes `a b b b` as masks: all ones for the first `count`. */
function firstLanes(count: number): Vector {
  const bit = (lane: number): number => (lane < count ? -1 : 0);
  return i32x4.const(bit(0), bit(1), bit(2), bit(3));
}

const swapHalves = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
const swapNeighbours = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];

/**
 * Makes the accumulator of a dtype: a largest, or a sum. float32 is added up in float64, so that the sum is rounded once. Numbers 0 and 1
 * may be added as the bools that they are of, their `addend`: they are counted.
 */
export function accumulatorOf(
  machine: Machine,
  isLargest: boolean,
  dtype: DType,
  addend: DType = dtype,
): Accumulator {
  if (!isLargest && addend === "bool") return countTrue(machine, dtype);
  if (machine.width === 1) return isLargest ? largestOne(machine, dtype) : sumOne(machine, dtype);
  if (isLargest && dtype === "float32") return largestFloats(machine);
  if (isLargest) return foldLanes(machine, dtype, largestOf(machine, dtype), lowest(dtype));
  if (dtype !== "float32") return foldLanes(machine, dtype, i32x4.add, i32x4.const(0));
  return sumFloats(machine);
}

/** How often a bool is true. In a vector that is −1. */
function countTrue(machine: Machine, dtype: DType): Accumulator {
  const { f } = machine;
  if (machine.width === 1) {
    const total = f.keep(i32.const(0));
    return {
      add: (value) => f.emit(total.set(i32.add(total, value as Local<"i32">))),
      result: ({ isWide }) => f.keep(machine.cast(total, "int32", isWide ? "float64" : dtype)),
    };
  }
  const total = f.keep(i32x4.const(0));
  return {
    add(value, rest) {
      const vector = value as Local<"v128">;
      f.emit(total.set(i32x4.sub(total, rest === 0 ? vector : v128.and(vector, firstLanes(rest)))));
    },
    result({ isSpread, isWide }) {
      if (!isSpread) return f.keep(machine.cast(total, "int32", dtype));
      const pairs = f.keep(i32x4.add(total, v128.shuffle(total, total, swapHalves)));
      const all = f.keep(i32x4.add(pairs, v128.shuffle(pairs, pairs, swapNeighbours)));
      return f.keep(isWide ? f64.convertS(i32x4.extractLane(all, 0)) : machine.cast(all, "int32", dtype));
    },
  };
}

function lowest(dtype: DType): Vector {
  return dtype === "float32"
    ? f32x4.const(Number.NEGATIVE_INFINITY)
    : i32x4.const(dtype === "int32" ? -(2 ** 31) : 0);
}

function largestOf(_: Machine, dtype: DType): (a: Vector, b: Vector) => Vector {
  return dtype === "float32" ? f32x4.max : dtype === "bool" ? v128.or : i32x4.max;
}

function foldLanes(
  { f }: Machine,
  _: DType,
  fold: (a: Vector, b: Vector) => Vector,
  neutral: Vector,
): Accumulator {
  const total = f.keep(neutral);
  return {
    add(value, rest) {
      const counted =
        rest === 0
          ? (value as Local<"v128">)
          : v128.bitselect(value as Local<"v128">, neutral, firstLanes(rest));
      f.emit(total.set(fold(total, counted)));
    },
    result({ isSpread }) {
      if (!isSpread) return f.keep(total);
      const pairs = f.keep(fold(total, v128.shuffle(total, total, swapHalves)));
      return f.keep(fold(pairs, v128.shuffle(pairs, pairs, swapNeighbours)));
    },
  };
}

/**
 * The largest float32. `pmax` is one instruction where `max` takes nine, and passes over NaN, which is kept apart. Of zeros it may give
 * either.
 */
function largestFloats({ f }: Machine): Accumulator {
  const total = f.keep(lowest("float32"));
  const unordered = f.keep(i32x4.const(0));
  const fold = (a: Vector, b: Vector): Vector => f32x4.pmax(a, b);
  return {
    add(value, rest) {
      const vector = value as Local<"v128">;
      const counted =
        rest === 0 ? vector : f.keep(v128.bitselect(vector, lowest("float32"), firstLanes(rest)));
      f.emit(total.set(fold(total, counted)), unordered.set(v128.or(unordered, f32x4.ne(counted, counted))));
    },
    result({ isSpread }) {
      // All bits set are a NaN.
      const lanes = f.keep(v128.or(total, unordered));
      if (!isSpread) return lanes;
      const pairs = f.keep(f32x4.max(lanes, v128.shuffle(lanes, lanes, swapHalves)));
      return f.keep(f32x4.max(pairs, v128.shuffle(pairs, pairs, swapNeighbours)));
    },
  };
}

function sumFloats({ f }: Machine): Accumulator {
  const low = f.keep(f64x2.const(0));
  const high = f.keep(f64x2.const(0));
  return {
    add(value, rest) {
      const vector = value as Local<"v128">;
      const counted = rest === 0 ? vector : f.keep(v128.and(vector, firstLanes(rest)));
      f.emit(low.set(f64x2.add(low, f64x2.promoteLow(counted))));
      if (rest === 0 || rest > 2)
        f.emit(high.set(f64x2.add(high, f64x2.promoteLow(v128.shuffle(counted, counted, swapHalves)))));
    },
    result({ isSpread, isWide }) {
      if (isSpread) {
        const both = f.keep(f64x2.add(low, high));
        const total = f64.add(f64x2.extractLane(both, 0), f64x2.extractLane(both, 1));
        return f.keep(isWide ? total : f32x4.splat(f32.demote(total)));
      }
      const halves = Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8));
      const [first, second] = [f.keep(f32x4.demoteZero(low)), f.keep(f32x4.demoteZero(high))];
      return f.keep(v128.shuffle(first, second, halves));
    },
  };
}

function largestOne({ f, select, number }: Machine, dtype: DType): Accumulator {
  const total = f.keep(
    isFloat(dtype) ? number(Number.NEGATIVE_INFINITY, dtype) : i32.const(dtype === "int32" ? -(2 ** 31) : 0),
  );
  return {
    add(value) {
      if (dtype === "float32")
        f.emit((total as Local<"f32">).set(f32.max(total as Local<"f32">, value as Local<"f32">)));
      else if (dtype === "float64")
        f.emit((total as Local<"f64">).set(f64.max(total as Local<"f64">, value as Local<"f64">)));
      else f.emit(total.set(select(i32.gt(total as Local<"i32">, value as Local<"i32">), total, value)));
    },
    result: () => total,
  };
}

function sumOne({ f }: Machine, dtype: DType): Accumulator {
  if (dtype === "float64") return sumCompensated(f);
  if (dtype === "float32") {
    const total = f.keep(f64.const(0));
    return {
      add: (value) => f.emit(total.set(f64.add(total, f64.promote(value as Local<"f32">)))),
      result: ({ isWide }) => (isWide ? total : f.keep(f32.demote(total))),
    };
  }
  const total = f.keep(i32.const(0));
  return {
    add: (value) => f.emit(total.set(i32.add(total, value as Local<"i32">))),
    result: () => total,
  };
}

/**
 * A sum of float64, compensated (Ogita, Rump and Oishi 2005, algorithm 4.4). When it is not finite, a second pass adds up the elements
 * scaled by 2⁻⁶⁴, and what is not finite by itself: an overflow on the way does not show.
 */
function sumCompensated(f: Machine["f"]): Accumulator {
  const sum = f.keep(f64.const(0));
  const lost = f.keep(f64.const(0));
  const scale = f.keep(f64.const(1));
  const special = f.keep(f64.const(0));
  const total = f.local("f64");
  return {
    add(value) {
      const x = f.keep(f64.mul(value as Local<"f64">, scale));
      const next = f.keep(f64.add(sum, x));
      const part = f.keep(f64.sub(next, sum));
      f.emit(
        lost.set(f64.add(lost, f64.add(f64.sub(sum, f64.sub(next, part)), f64.sub(x, part)))),
        sum.set(next),
        when(notFinite(x), special.set(f64.add(special, x))),
      );
    },
    repeat(pass) {
      f.emit(total.set(f64.add(sum, lost)));
      const again: Statement = f.capture(() => {
        f.emit(
          sum.set(f64.const(0)),
          lost.set(f64.const(0)),
          scale.set(f64.const(2 ** -64)),
          special.set(f64.const(0)),
        );
        pass();
        f.emit(
          total.set({
            type: "f64",
            code: [
              f64.mul(f64.add(sum, lost), f64.const(2 ** 64)).code,
              special.code,
              f64.eq(special, f64.const(0)).code,
              0x1b,
            ],
          }),
        );
      });
      f.emit(when(notFinite(total), again));
    },
    result: () => total,
  };
}

/** `x − x` is 0 only for finite x. */
function notFinite(x: Local<"f64">): Expression<"i32"> {
  return f64.ne(f64.sub(x, x), f64.const(0));
}
