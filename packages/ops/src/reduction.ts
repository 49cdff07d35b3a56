import {
  type AnyTensor,
  checkOptionNames,
  normalizeAxes,
  reducedShape,
  reduceOptionNames,
  type Shape,
  ShapeError,
  shapeText,
  sizeOf,
} from "@adjoint/tensor";

/** Attributes of the reductions: axes from the front, ascending. */
export type ReductionAttributes = { readonly axes: readonly number[]; readonly keepDims: boolean };

/** What a reduction is told to reduce. */
export interface ReductionOptions {
  readonly axis?: number | readonly number[] | undefined;
  readonly keepDims?: boolean | undefined;
}

/**
 * The attributes of a reduction of `x`. Throws {@link ShapeError} when an axis is out of range or named twice, and
 * `OptionError` for an option that is not among `names`.
 */
export function reductionOf(
  op: string,
  x: AnyTensor,
  options: ReductionOptions,
  names: readonly string[] = reduceOptionNames,
): ReductionAttributes {
  checkOptionNames(op, options, names);
  const { axis, keepDims = false } = options;
  return { axes: normalizeAxes(op, axis, x.shape), keepDims };
}

/** The shape rule of the reductions. */
export function reductionShape([x]: readonly Shape[], { axes, keepDims }: ReductionAttributes): Shape {
  return reducedShape(x, axes, keepDims);
}

/** How many elements each result is made of. */
export function countOf(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * shape[axis], 1);
}

/** Is `shape` that of `x` with the axes as 1, perhaps without 1s in front: does a reduction of that shape stand beside what it reduced? */
export function isKeptShape(shape: Shape, x: Shape, axes: readonly number[]): boolean {
  const kept = reducedShape(x, axes, true);
  const missing = kept.length - shape.length;
  return missing >= 0 && kept.every((n, axis) => n === (axis < missing ? 1 : shape[axis - missing]));
}

/** Throws {@link ShapeError} when there is something to give but an axis to search is empty. */
export function checkNotEmpty(op: string, what: string, x: AnyTensor, axes: readonly number[]): void {
  const empty = axes.find((axis) => x.shape[axis] === 0);
  if (empty === undefined || sizeOf(reducedShape(x.shape, axes, false)) === 0) return;
  throw new ShapeError(
    op,
    `axis ${empty} of ${shapeText(x.shape)} is empty; an empty axis has no ${what} element`,
  );
}
