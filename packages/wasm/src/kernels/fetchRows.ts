import { type Expression, type FunctionBuilder, i32, type Local } from "../ir/index.ts";

const lineBytes = 64;

/**
 * Fetches rows to the cache, before something reads them one after the other. A row at a random place of a large array is in no cache, and
 * begins in a page whose address the processor has to look up; what reads row by row waits for each. So a byte of each cache line is loaded,
 * line by line in turn from several rows, which the memory delivers at the same time. `unused` has room for four bytes.
 */
export function fetchRows(
  f: FunctionBuilder,
  rows: readonly Local<"i32">[],
  bytes: number,
  unused: Expression<"i32">,
): void {
  const seen = f.keep(i32.const(0));
  const offset = f.local("i32");
  f.forRange(offset, i32.const(0), i32.const(bytes), lineBytes, () => {
    for (const row of rows) f.emit(seen.set(i32.or(seen, i32.load8u(i32.add(row, offset)))));
  });
  // No engine leaves out loads whose values are stored.
  f.emit(i32.store(unused, seen));
}
