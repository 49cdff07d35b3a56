import { type AnyTensor, argsort, type DType, normalizeAxis, type Shape, type Tensor } from "@adjoint/tensor";
import { flip } from "./flip.ts";
import { elementsAt } from "./takeAlongAxis.ts";

/**
 * The elements in ascending order along `axis` (the last by default), or in descending order. Stable; NaN comes last, of a
 * descending order first. Shape: that of `x`. Gradient: each cotangent goes to the element that was put there.
 * Throws {@link ShapeError}.
 */
export function sort<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { axis = -1, descending = false }: { axis?: number; descending?: boolean } = {},
): Tensor<S, D> {
  const place = normalizeAxis("sort", axis, x.shape);
  const ascending = elementsAt(x, argsort(x as AnyTensor, { axis: place }), place);
  return (descending ? flip(ascending, { axis: place }) : ascending) as AnyTensor as Tensor<S, D>;
}
