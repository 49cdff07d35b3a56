import { type AnyTensor, type DType, Tensor, type TypedArrays } from "@adjoint/tensor";

/**
 * An array outside the graph: what readers of files return, writers take, and
 * `tensor(values, shape, { dtype })` makes a tensor of. Values are row-major; `shape` `[]` is a scalar.
 */
export type ArrayData<D extends DType = DType> = {
  [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly values: TypedArrays[K] };
}[D];

/** The values of a tensor outside the graph, copied; an array that is outside already is given back. */
export function toArrayData(array: ArrayData | AnyTensor): ArrayData {
  if (!(array instanceof Tensor)) return array;
  const { dtype, shape } = array as AnyTensor;
  return { dtype, shape, values: array.toTypedArray() } as ArrayData;
}
