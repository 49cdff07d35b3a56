import { describeValue } from "../graph/describeValue.ts";
import type { TypedArray } from "../graph/dtype.ts";
import { OptionError } from "../graph/errors.ts";
import type { DType } from "../graph/shape-types.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { isPlainObject } from "../graph/tree.ts";
import { tensor } from "./create.ts";

/** An array outside the graph, as readers of files give it. */
export interface StoredArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: TypedArray;
}

/** A tensor as it is, and an array as readers of files give it as a tensor. Throws {@link OptionError} for anything else. */
export function storedTensor(op: string, name: string, given: unknown): AnyTensor {
  if (given instanceof Tensor) return given;
  if (isPlainObject(given) && ArrayBuffer.isView(given.values) && Array.isArray(given.shape)) {
    const { values, shape, dtype } = given as unknown as StoredArray;
    return tensor(values, shape, { dtype }) as AnyTensor;
  }
  throw new OptionError(
    op,
    `${name} is ${describeValue(given)}; expected a tensor, or { dtype, shape, values } as a file gives it`,
  );
}
