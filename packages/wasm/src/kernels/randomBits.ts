import {
  type Expression,
  FunctionBuilder,
  i32,
  i32x4,
  type Local,
  type ValueType,
  v128,
  when,
} from "../ir/index.ts";
import type { Target } from "../target.ts";

/** Threefry blocks: how many, and whether both words of each are kept or their exclusive or. */
export interface RandomBitsSpec {
  readonly count: number;
  readonly pairs: boolean;
}

/** Words in lanes. */
interface Words<T extends ValueType> {
  readonly width: number;
  splat(x: Expression<"i32">): Expression<T>;
  add(a: Expression<T>, b: Expression<T>): Expression<T>;
  xor(a: Expression<T>, b: Expression<T>): Expression<T>;
  rotate(x: Local<T>, count: number): Expression<T>;
  /** `first, first + 1, …` */
  ramp(first: Expression<"i32">): Expression<T>;
  /** 1 where `a < b` as unsigned numbers, else 0. */
  isBelow(a: Expression<T>, b: Expression<T>): Expression<T>;
}

const fourWords: Words<"v128"> = {
  width: 4,
  splat: i32x4.splat,
  add: i32x4.add,
  xor: v128.xor,
  rotate: (x, count) => v128.or(i32x4.shl(x, i32.const(count)), i32x4.shru(x, i32.const(32 - count))),
  ramp: (first) => i32x4.add(i32x4.splat(first), i32x4.const(0, 1, 2, 3)),
  isBelow: (a, b) => {
    const sign = i32x4.const(-(2 ** 31));
    return i32x4.shru(i32x4.lt(v128.xor(a, sign), v128.xor(b, sign)), i32.const(31));
  },
};

const oneWord: Words<"i32"> = {
  width: 1,
  splat: (x) => x,
  add: i32.add,
  xor: i32.xor,
  rotate: (x, count) => i32.rotl(x, i32.const(count)),
  ramp: (first) => first,
  isBelow: i32.ltu,
};

/** Pieces of work: vectors of blocks. */
export function randomBitsUnits({ count }: RandomBitsSpec, target: Target): number {
  return !target.hasVectors ? count : Math.ceil(count / 4);
}

/**
 * Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw 2011) at the counters `offset + i`, 64 bits with the high half first: a
 * function of the addresses of key, offset, result and scratch, and a range of {@link randomBitsUnits}.
 */
export function randomBitsKernel(spec: RandomBitsSpec, target: Target): FunctionBuilder {
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32"]);
  if (!target.hasVectors) {
    blocks(f, oneWord, (counter, x0, x1) => {
      const result = f.parameter<"i32">(2);
      if (spec.pairs) {
        const at = f.keep(i32.add(result, i32.shl(counter, i32.const(3))));
        f.emit(i32.store(at, x0), i32.store(at, x1, 4));
      } else f.emit(i32.store(i32.add(result, i32.shl(counter, i32.const(2))), i32.xor(x0, x1)));
    });
    return f;
  }
  blocks(f, fourWords, (counter, x0, x1) => {
    const result = f.parameter<"i32">(2);
    if (!spec.pairs) {
      f.emit(v128.store(i32.add(result, i32.shl(counter, i32.const(2))), v128.xor(x0, x1)));
      return;
    }
    const at = f.keep(i32.add(result, i32.shl(counter, i32.const(3))));
    const turns = (first: number): number[] =>
      [first, first + 16, first + 4, first + 20].flatMap((start) => [0, 1, 2, 3].map((i) => start + i));
    f.emit(v128.store(at, v128.shuffle(x0, x1, turns(0))));
    // The third block may not exist.
    const isMore = i32.lt(i32.add(counter, i32.const(2)), i32.const(spec.count));
    f.emit(when(isMore, v128.store(at, v128.shuffle(x0, x1, turns(8)), 16)));
  });
  return f;
}

/** Calls `write` with the number of a counter and the words of its block, in lanes. */
function blocks<T extends "i32" | "v128">(
  f: FunctionBuilder,
  words: Words<T>,
  write: (counter: Local<"i32">, x0: Local<T>, x1: Local<T>) => void,
): void {
  const [key, offset, , , begin, end] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter<"i32">(i));
  const first = f.keep(i32.load(offset));
  const [k0, k1] = [f.keep(i32.load(key)), f.keep(i32.load(key, 4))];
  const k2 = i32.xor(i32.xor(k0, k1), i32.const(0x1bd11bda));
  const keys = [k0, k1, k2].map((one) => f.keep(words.splat(one)));
  const offsets = f.keep(words.splat(first));
  const unit = f.local("i32");
  f.forRange(unit, begin, end, 1, () => {
    const counter = f.keep(i32.mul(unit, i32.const(words.width)));
    const low = f.keep(words.ramp(i32.add(first, counter)));
    const x0 = f.keep(words.add(words.isBelow(low, offsets), keys[0]));
    const x1 = f.keep(words.add(low, keys[1]));
    for (let group = 1; group <= 5; group++) {
      for (const count of group % 2 === 1 ? [13, 15, 26, 6] : [17, 29, 16, 24]) {
        f.emit(x0.set(words.add(x0, x1)));
        f.emit(x1.set(words.xor(words.rotate(x1, count), x0)));
      }
      f.emit(x0.set(words.add(x0, keys[group % 3])));
      f.emit(x1.set(words.add(words.add(x1, keys[(group + 1) % 3]), words.splat(i32.const(group)))));
    }
    write(counter, x0, x1);
  });
}
