import type { DType } from "@adjoint/tensor";

interface ArrayValues {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  /** A byte an element, 0 or 1. */
  bool: Uint8Array;
}

/**
 * An array outside the graph: what readers of files return, writers take, and
 * `tensor(values, shape, { dtype })` makes a tensor of. Values are row-major; `shape` `[]` is a scalar.
 */
export type ArrayData<D extends DType = DType> = {
  [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly values: ArrayValues[K] };
}[D];
