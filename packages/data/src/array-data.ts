import type { DType, TypedArrays } from "@adjoint/tensor";

/**
 * An array outside the graph: what readers of files return, writers take, and
 * `tensor(values, shape, { dtype })` makes a tensor of. Values are row-major; `shape` `[]` is a scalar.
 */
export type ArrayData<D extends DType = DType> = {
  [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly values: TypedArrays[K] };
}[D];
