import { caseTitle, engineCases, type OpCase, opsCases } from "@adjoint/testing";
import { lossCases } from "./losses.ts";

/** A case for every op there is. */
export const cases: readonly OpCase[] = [...engineCases, ...opsCases, ...lossCases];

/** Those whose derivatives are checked. */
export const smoothCases: readonly OpCase[] = cases.filter(({ isSmooth }) => isSmooth);

/** Cases with titles, for `test.for`. */
export function titled(list: readonly OpCase[]): (readonly [title: string, one: OpCase])[] {
  return list.map((one) => [caseTitle(one), one]);
}
