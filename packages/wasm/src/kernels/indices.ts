import { type Expression, i32 } from "../ir/index.ts";

/** Bytes of an index: uint8 or int32. */
export type IndexBytes = 1 | 4;

/** The index at a place of an array of them. */
export function indexAt(
  indices: Expression<"i32">,
  place: Expression<"i32">,
  bytes: IndexBytes,
): Expression<"i32"> {
  return bytes === 4
    ? i32.load(i32.add(indices, i32.shl(place, i32.const(2))))
    : i32.load8u(i32.add(indices, place));
}
