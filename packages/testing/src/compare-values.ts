import { type AnyTensor, type DType, isFloat, type TypedArray } from "@adjoint/tensor";
import type { OpCase } from "./cases/op-case.ts";
import { elementText } from "./place.ts";
import { ulps } from "./ulps.ts";

/** How far two implementations of a case may be apart: with a kernel on both sides, or the lowering on one. */
export function allowedUlps({ op, ulps = 2, loweringUlps = 8 }: OpCase, dtype: DType): number {
  if (op?.kind === "primitive") return ulps;
  const lowering =
    typeof loweringUlps === "number" ? loweringUlps : loweringUlps[dtype === "float64" ? dtype : "float32"];
  return Math.max(ulps, lowering);
}

const epsilons = { float32: 2 ** -23, float64: 2 ** -52 } as const;

/**
 * The first element that is further from the expected one than `allowed` units of its last place, or of that of its
 * scale: as a sentence. Undefined when all agree. NaN agrees with NaN, 0 with −0; integers and bool are equal.
 */
export function disagreement(
  node: AnyTensor,
  actual: TypedArray,
  expected: TypedArray,
  { allowed, scale }: { allowed: number; scale?: ArrayLike<number> | undefined },
): string | undefined {
  const { dtype, shape } = node;
  if (actual.constructor !== expected.constructor || actual.length !== expected.length) {
    return `${actual.constructor.name} of ${actual.length} values where ${expected.constructor.name} of ${expected.length} are expected`;
  }
  for (let i = 0; i < expected.length; i++) {
    if (ulps(actual[i], expected[i], dtype) <= (isFloat(dtype) ? allowed : 0)) continue;
    const epsilon = epsilons[dtype as keyof typeof epsilons] ?? 0;
    const room = allowed * epsilon * (scale?.[i] ?? 0);
    if (Math.abs(actual[i] - expected[i]) <= room) continue;
    // Where what is added up is beyond the largest number, the order decides between ±∞ and ∞ − ∞.
    if (room === Number.POSITIVE_INFINITY && !Number.isFinite(actual[i]) && !Number.isFinite(expected[i]))
      continue;
    const distance = ulps(actual[i], expected[i], dtype);
    const apart = Number.isFinite(distance) ? `, ${distance} ulps apart where ${allowed} are allowed` : "";
    return `element${elementText(shape, i)} is ${actual[i]} where ${expected[i]} is expected${apart}`;
  }
  return undefined;
}
