import { type AnyTensor, type DType, tensor } from "../src/index.ts";

// The plainest model of an array: a function from an index to a number. Ops are compared with it index by index.

/** All indices of a shape, the last axis fastest. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (indices, dimension) =>
      indices.flatMap((index) => Array.from({ length: dimension }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** An array of given values. */
export interface NaiveArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: readonly number[];
}

/** The element at an index, in row-major order. */
export function at({ shape, values }: NaiveArray, index: readonly number[]): number {
  return values[index.reduce((position, i, axis) => position * shape[axis] + i, 0)];
}

/** The values that a function of the index has over a shape. */
export function build(
  shape: readonly number[],
  element: (index: readonly number[]) => number,
): { shape: readonly number[]; values: number[] } {
  return { shape, values: indicesOf(shape).map(element) };
}

/** The array as a tensor. */
export function toTensor({ shape, dtype, values }: NaiveArray): AnyTensor {
  return tensor([...values], [...shape], { dtype });
}

/** What a tensor holds, in the form of {@link build}. */
export function read(x: AnyTensor): { shape: readonly number[]; values: number[] } {
  return { shape: [...x.shape], values: Array.from(x.toTypedArray()) };
}
