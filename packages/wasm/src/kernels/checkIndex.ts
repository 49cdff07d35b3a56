import { FunctionBuilder, giveBack, i32, when } from "../ir/index.ts";

/** What indices must be: `0 ≤ index < below`, or `index = except`. */
export interface CheckSpec {
  readonly count: number;
  readonly below: number;
  readonly except: number | undefined;
  readonly indexBytes: 1 | 4;
}

/** A function of the indices' address: 1 when one is out of range, else 0. */
export function checkIndexKernel({ count, below, except, indexBytes }: CheckSpec): FunctionBuilder {
  const f = new FunctionBuilder(["i32"], ["i32"]);
  const from = f.local("i32");
  // Bytes from the start are counted, since addresses beyond 2³¹ are negative.
  f.forRange(from, i32.const(0), i32.const(count * indexBytes), indexBytes, () => {
    const at = i32.add(f.parameter<"i32">(0), from);
    const index = f.keep(indexBytes === 4 ? i32.load(at) : i32.load8u(at));
    // A negative index is a large unsigned one.
    const isOut = i32.geu(index, i32.const(below));
    const isMeant = except === undefined ? isOut : i32.and(isOut, i32.ne(index, i32.const(except)));
    f.emit(when(isMeant, giveBack(i32.const(1))));
  });
  f.emit(i32.const(0).code);
  return f;
}
