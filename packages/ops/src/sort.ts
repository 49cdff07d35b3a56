import {
  type AnyTensor,
  argsort,
  type Checked,
  checkOptionNames,
  type DTypeOf,
  type HasAxis,
  normalizeAxis,
  type ShapeOf,
  type Tensor,
} from "@adjoint/tensor";
import { flip } from "./flip.ts";
import { elementsAt } from "./takeAlongAxis.ts";

const optionNames: readonly string[] = ["axis", "descending"];

/**
 * The elements in ascending order along `axis` (the last by default), or in descending order. Stable; NaN comes last, of a
 * descending order first. Shape: that of `x`. Gradient: each cotangent goes to the element that was put there.
 * Throws {@link ShapeError}.
 */
export function sort<A extends AnyTensor, const Axis extends number = -1>(
  x: A,
  options: { axis?: Axis; descending?: boolean } & Checked<HasAxis<"sort", ShapeOf<A>, Axis>> = {} as never,
): Tensor<ShapeOf<A>, DTypeOf<A>> {
  checkOptionNames("sort", options, optionNames);
  const axis = normalizeAxis("sort", options.axis ?? -1, x.shape);
  if (!options.descending) return ascending(x, axis) as never;
  // Turned round before too, so that equal elements, which keep the order they have there, end in their own.
  return flip(ascending(flip(x as AnyTensor, { axis }), axis), { axis }) as never;
}

function ascending(x: AnyTensor, axis: number): AnyTensor {
  return elementsAt(x, argsort(x, { axis }), axis);
}
