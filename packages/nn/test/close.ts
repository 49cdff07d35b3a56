import { type AnyTensor, type DType, tensor } from "@adjoint/tensor";
import { expect } from "vitest";

/** All numbers of nested arrays, or of a tensor. */
export function numbersOf(x: AnyTensor): number[] {
  return Array.from(x.toTypedArray());
}

/** Relative tolerance of a few roundings in each dtype. */
export const tolerance: Record<"float64" | "float32", number> = { float64: 1e-14, float32: 6e-7 };

/** Each element within a relative tolerance; what is below the smallest normal number may be 0. */
export function expectClose(actual: AnyTensor, expected: readonly number[], relative: number): void {
  const smallest = actual.dtype === "float32" ? 2 ** -126 : 2 ** -1022;
  const numbers = numbersOf(actual);
  expect(numbers.length).toBe(expected.length);
  numbers.forEach((number, i) => {
    const isTiny = Math.abs(expected[i]) < smallest && Math.abs(number) <= smallest;
    const isSame = Object.is(number, expected[i]) || number === expected[i] || isTiny;
    const error = isSame ? 0 : Math.abs(number - expected[i]) / Math.abs(expected[i]);
    expect(error, `element ${i}: ${number}, expected ${expected[i]}`).toBeLessThanOrEqual(relative);
  });
}

/** A tensor of the dtype. */
export function of(values: unknown, dtype: DType = "float64"): AnyTensor {
  return tensor(values as number[], { dtype }) as AnyTensor;
}

/** Central differences of a scalar function of numbers, each to about 1e-9. */
export function centralDifferences(fn: (x: readonly number[]) => number, x: readonly number[]): number[] {
  const h = 1e-5;
  return x.map((_, i) => {
    const at = (shift: number): number => fn(x.map((one, k) => (k === i ? one + shift : one)));
    return (at(h) - at(-h)) / (2 * h);
  });
}
