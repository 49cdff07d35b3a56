import { type Expression, FunctionBuilder, f64, i32, memoryCopy, type Statement } from "../ir/index.ts";

/** A gather: `count` rows of `bytes` bytes, chosen by indices among `rows`, for each of `outer` blocks. */
export interface TakeSpec {
  readonly outer: number;
  readonly rows: number;
  readonly count: number;
  readonly bytes: number;
  readonly indexBytes: 1 | 4;
}

/** Copies rows: a function of the addresses of values, indices, result and scratch, and a range of the rows of the result. */
export function takeKernel({ rows, count, bytes, indexBytes }: TakeSpec): FunctionBuilder {
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [values, indices, result, , begin, end] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter<"i32">(i));
  const row = f.local("i32");
  f.forRange(row, begin, end, 1, () => {
    const block = f.keep(i32.divu(row, i32.const(count)));
    const place = f.keep(i32.remu(row, i32.const(count)));
    const at = indexBytes === 4 ? i32.add(indices, i32.shl(place, i32.const(2))) : i32.add(indices, place);
    const index: Expression<"i32"> = indexBytes === 4 ? i32.load(at) : i32.load8u(at);
    const source = i32.add(
      values,
      i32.mul(i32.add(i32.mul(block, i32.const(rows)), index), i32.const(bytes)),
    );
    const target = i32.add(result, i32.mul(row, i32.const(bytes)));
    f.emit(copyBytes(target, source, bytes));
  });
  return f;
}

/** One element is loaded and stored; a row is copied. */
function copyBytes(target: Expression<"i32">, source: Expression<"i32">, bytes: number): Statement {
  switch (bytes) {
    case 1:
      return i32.store8(target, i32.load8u(source));
    case 4:
      return i32.store(target, i32.load(source));
    case 8:
      return f64.store(target, f64.load(source));
    default:
      return memoryCopy(target, source, i32.const(bytes));
  }
}
