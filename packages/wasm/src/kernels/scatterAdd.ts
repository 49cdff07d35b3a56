import type { DType } from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import {
  type Expression,
  FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  loopWhile,
  type Statement,
  v128,
  when,
} from "../ir/index.ts";
import type { Target } from "../target.ts";
import { type IndexBytes, indexAt } from "./indices.ts";

/** Rows of `inner` elements added to `size` rows at `count` indices, in each of `outer` blocks. */
export interface ScatterAddSpec {
  readonly outer: number;
  readonly size: number;
  readonly count: number;
  readonly inner: number;
  readonly dtype: DType;
  readonly indexBytes: IndexBytes;
}

/** Bytes of scratch of each thread: the first index that names a row, for all rows, and the next one of the same row, for all indices. */
export function scatterAddScratchBytes({ size, count }: ScatterAddSpec): number {
  return 4 * (size + count);
}

/**
 * Adds rows up: a function of the addresses of values, indices, result and scratch, and a range of the rows of a block of the result.
 * Which values a row of the result gathers is listed first, so that each is added up in the order of the indices and rounded once.
 */
export function scatterAddKernel(spec: ScatterAddSpec, target: Target): FunctionBuilder {
  const { outer, size, count, inner, dtype, indexBytes } = spec;
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [values, indices, result, heads, begin, end] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter<"i32">(i));
  const nexts = f.keep(i32.add(heads, i32.const(4 * size)));
  const word = (start: Expression<"i32">, at: Expression<"i32">): Expression<"i32"> =>
    i32.add(start, i32.shl(at, i32.const(2)));

  const row = f.local("i32");
  f.forRange(row, begin, end, 1, () => f.emit(i32.store(word(heads, row), i32.const(-1))));
  // From the last to the first, so that the lists ascend.
  const at = f.keep(i32.const(count - 1));
  const list = f.capture(() => {
    const index = f.keep(indexAt(indices, at, indexBytes));
    const link: Statement = f.capture(() => {
      const head = f.keep(word(heads, index));
      f.emit(i32.store(word(nexts, at), i32.load(head)), i32.store(head, at));
    });
    f.emit(when(i32.and(i32.ge(index, begin), i32.lt(index, end)), link));
  });
  if (count > 0) f.emit(loopWhile(list, i32.ge(at.tee(i32.sub(at, i32.const(1))), i32.const(0))));

  const bytes = bytesPerElement(dtype);
  const isVector = target.hasVectors && dtype === "float32";
  const block = f.local("i32");
  const each = f.local("i32");
  f.forRange(block, i32.const(0), i32.const(outer), 1, () => {
    const source = f.keep(i32.add(values, i32.mul(block, i32.const(count * inner * bytes))));
    const sum = f.keep(i32.add(result, i32.mul(block, i32.const(size * inner * bytes))));
    f.forRange(each, begin, end, 1, () => {
      const head = f.keep(i32.load(word(heads, each)));
      const to = f.keep(i32.add(sum, i32.mul(each, i32.const(inner * bytes))));
      /** Calls `add` with the address of each row of values on the list, from a column on. */
      const overList = (column: Expression<"i32">, add: (address: Local<"i32">) => void): void => {
        const one = f.keep(head);
        const body = f.capture(() => {
          add(f.keep(i32.add(i32.add(source, column), i32.mul(one, i32.const(inner * bytes)))));
          f.emit(one.set(i32.load(word(nexts, one))));
        });
        const isMore = i32.ge(one, i32.const(0));
        f.emit(when(isMore, loopWhile(body, isMore)));
      };
      const whole = isVector ? inner - (inner % 4) : 0;
      const column = f.local("i32");
      if (whole > 0)
        f.forRange(column, i32.const(0), i32.const(whole * bytes), 4 * bytes, () =>
          fourColumns(f, overList, column, i32.add(to, column)),
        );
      if (whole < inner)
        f.forRange(column, i32.const(whole * bytes), i32.const(inner * bytes), bytes, () =>
          oneColumn(f, dtype, overList, column, i32.add(to, column)),
        );
    });
  });
  return f;
}

type OverList = (column: Expression<"i32">, add: (address: Local<"i32">) => void) => void;

function fourColumns(
  f: FunctionBuilder,
  overList: OverList,
  column: Local<"i32">,
  to: Expression<"i32">,
): void {
  const [low, high] = [f.keep(f64x2.const(0)), f.keep(f64x2.const(0))];
  overList(column, (address) => {
    f.emit(
      low.set(f64x2.add(low, f64x2.promoteLow(v128.load64Zero(address)))),
      high.set(f64x2.add(high, f64x2.promoteLow(v128.load64Zero(address, 8)))),
    );
  });
  const joined = Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8));
  const [first, second] = [f.keep(f32x4.demoteZero(low)), f.keep(f32x4.demoteZero(high))];
  f.emit(v128.store(to, v128.shuffle(first, second, joined)));
}

function oneColumn(
  f: FunctionBuilder,
  dtype: DType,
  overList: OverList,
  column: Local<"i32">,
  to: Expression<"i32">,
): void {
  if (dtype === "float32" || dtype === "float64") {
    const isWide = dtype === "float64";
    const sum = f.keep(f64.const(0));
    overList(column, (address) => {
      f.emit(sum.set(f64.add(sum, isWide ? f64.load(address) : f64.promote(f32.load(address)))));
    });
    f.emit(isWide ? f64.store(to, sum) : f32.store(to, f32.demote(sum)));
    return;
  }
  const isWord = dtype === "int32";
  const sum = f.keep(i32.const(0));
  overList(column, (address) => {
    f.emit(sum.set(i32.add(sum, isWord ? i32.load(address) : i32.load8u(address))));
  });
  f.emit(isWord ? i32.store(to, sum) : i32.store8(to, sum));
}
