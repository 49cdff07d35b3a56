import { type Expression, type FunctionBuilder, i32, type Local, select } from "../ir/index.ts";

/** Bytes of a cache line. */
export const lineBytes = 64;

/** Rows that are fetched together at most. */
export const mostFetched = 16;

/**
 * Fetches `count` rows from `first` on to the cache, of which there may be none after `last`, before something reads them one after the
 * other. A row at a random place of a large array is in no cache, and begins in a page whose address the processor has to look up; what
 * reads row by row waits for each. So a byte of each cache line is loaded, line by line in turn from several rows, which the memory
 * delivers at the same time. `unused` has room for four bytes.
 */
export function fetchRows(
  f: FunctionBuilder,
  {
    first,
    last,
    count,
  }: { readonly first: Local<"i32">; readonly last: Local<"i32">; readonly count: number },
  addressOf: (row: Local<"i32">) => Expression<"i32">,
  bytes: number,
  unused: Expression<"i32">,
): void {
  const rows = Array.from({ length: count }, (_, i) => {
    const row = f.keep(i32.add(first, i32.const(i)));
    return f.keep(addressOf(f.keep(select(row, last, i32.lt(row, last)))));
  });
  const seen = f.keep(i32.const(0));
  const offset = f.local("i32");
  f.forRange(offset, i32.const(0), i32.const(bytes), lineBytes, () => {
    for (const row of rows) f.emit(seen.set(i32.or(seen, i32.load8u(i32.add(row, offset)))));
  });
  // No engine leaves out loads whose values are stored.
  f.emit(i32.store(unused, seen));
}
