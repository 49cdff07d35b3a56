import { FunctionBuilder, giveBack, i32, when } from "../ir/index.ts";
import { type IndexBytes, indexAt } from "./indices.ts";

/** What indices must be: `0 ≤ index < below`, or `index = except`. */
export interface CheckSpec {
  readonly count: number;
  readonly below: number;
  readonly except: number | undefined;
  readonly indexBytes: IndexBytes;
}

/** A function of the indices' address: 1 when one is out of range, else 0. */
export function checkIndexKernel({ count, below, except, indexBytes }: CheckSpec): FunctionBuilder {
  const f = new FunctionBuilder(["i32"], ["i32"]);
  const place = f.local("i32");
  f.forRange(place, i32.const(0), i32.const(count), 1, () => {
    const index = f.keep(indexAt(f.parameter<"i32">(0), place, indexBytes));
    // A negative index is a large unsigned one.
    const isOut = i32.geu(index, i32.const(below));
    const isMeant = except === undefined ? isOut : i32.and(isOut, i32.ne(index, i32.const(except)));
    f.emit(when(isMeant, giveBack(i32.const(1))));
  });
  f.emit(i32.const(0).code);
  return f;
}
