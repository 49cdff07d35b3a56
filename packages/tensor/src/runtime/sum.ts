import type { TypedArray } from "../graph/dtype.ts";
export function sumRow(v: TypedArray, o: number, n: number): number {
  let s = 0;
  for (let i = 0; i < n; i++) s += v[o + i];
  return s;
}
