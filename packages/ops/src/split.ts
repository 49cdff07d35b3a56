import {
  type AnyTensor,
  axisOptionNames,
  type Checked,
  checkOptionNames,
  type DTypeOf,
  type HasAxis,
  normalizeAxis,
  type Shape,
  ShapeError,
  type ShapeOf,
  shapeText,
  slice,
  type Tensor,
} from "@adjoint/tensor";

/**
 * Parts of `x` along `axis` (0 by default; negative counts from the end): `sections` equal ones, or ones of the given
 * sizes. `concat` puts them together again. Gradient: each part's cotangent among zeros.
 * Throws {@link ShapeError} when the dimension is not divisible, or the sizes do not add up to it.
 */
export function split<A extends AnyTensor, const Axis extends number = 0>(
  x: A,
  sections: number | readonly number[],
  options: { axis?: Axis } & Checked<HasAxis<"split", ShapeOf<A>, Axis>> = {} as never,
): Tensor<OfRank<ShapeOf<A>>, DTypeOf<A>>[] {
  checkOptionNames("split", options, axisOptionNames);
  const place = normalizeAxis("split", options.axis ?? 0, x.shape);
  const dimension = x.shape[place];
  const sizes = typeof sections === "number" ? equalSizes(dimension, sections) : sections;
  const total = sizes?.reduce((sum, size) => sum + size, 0);
  if (!sizes?.every((size) => Number.isInteger(size) && size >= 0) || total !== dimension) {
    const parts =
      typeof sections === "number" ? `${sections} equal parts` : `parts of ${shapeText(sections)}`;
    throw new ShapeError(
      "split",
      `axis ${place} of ${shapeText(x.shape)} has dimension ${dimension}; it has no ${parts}`,
    );
  }
  let from = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, i) => (i === place ? from : 0));
    from += size;
    const end = x.shape.map((n, i) => (i === place ? from : n));
    return slice(x as AnyTensor, begin, end) as never;
  });
}

/** Nothing has any number of parts, but more tensors than these are a mistake that would end the process. */
const mostParts = 2 ** 20;

function equalSizes(dimension: number, count: number): number[] | undefined {
  const isPossible = count >= 1 && count <= Math.max(dimension, mostParts) && dimension % count === 0;
  return isPossible && Number.isInteger(count) ? new Array(count).fill(dimension / count) : undefined;
}

/** Shapes of the same rank, of which no dimension is known. */
export type OfRank<S extends Shape> = { -readonly [K in keyof S]: number };
