import { DTypeError, OptionError } from "./errors.ts";
import type { DType } from "./shape-types.ts";

/** The dtypes in the order of promotion: the later of two operands' dtypes is the result's. */
const dtypes: readonly DType[] = ["bool", "uint8", "int32", "float32", "float64"];

/** Storage of each dtype. A bool is a byte, 0 or 1. */
export interface TypedArrays {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** The flat values of a tensor, row-major. */
export type TypedArray = TypedArrays[DType];

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** A zero-filled array of `size` elements. */
export function allocate(dtype: DType, size: number): TypedArray {
  return new constructors[dtype](size);
}

/** Is the dtype float32 or float64? Only these carry gradients. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

const ranks: Readonly<Record<DType, number>> = { bool: 0, uint8: 1, int32: 2, float32: 3, float64: 4 };

/** Place in the order of promotion: a number that no other dtype has. */
export function rankOf(dtype: DType): number {
  return ranks[dtype];
}

/** The smallest dtype of the order bool < uint8 < int32 < float32 < float64 that is not below any of `given`. */
export function promote(...given: readonly DType[]): DType {
  let highest = 0;
  for (const dtype of given) highest = Math.max(highest, ranks[dtype]);
  return dtypes[highest];
}

/** The dtype in which a float function of `dtype` is computed: float32 for integers and bool. */
export function floatOf(dtype: DType): DType {
  return isFloat(dtype) ? dtype : "float32";
}

/** Throws {@link OptionError} unless `dtype` is one. */
export function checkDType(op: string, dtype: string): void {
  if (!dtypes.includes(dtype as DType))
    throw new OptionError(op, `unknown dtype "${dtype}"; expected one of ${dtypes.join(", ")}`);
}

/**
 * Throws {@link DTypeError} unless `value` can be held by `dtype` without changing (floats round, integers do not). The
 * way out depends on whether the dtype is that of a tensor that is there, or `chosen` in the call.
 */
export function checkRepresentable(
  op: string,
  value: number | boolean,
  dtype: DType,
  chosen: boolean = false,
): void {
  const number = Number(value);
  if (isFloat(dtype)) return;
  const [low, high] = { bool: [0, 1], uint8: [0, 255], int32: [-(2 ** 31), 2 ** 31 - 1] }[
    dtype as "int32"
  ] as [number, number];
  if (!Number.isInteger(number)) {
    throw new DTypeError(
      op,
      `${number} is not an integer, as ${dtype} needs; ${chosen ? 'give dtype "float32", or round it' : `cast the ${dtype} tensor to "float32" first`}`,
    );
  }
  if (number < low || number > high) {
    throw new DTypeError(
      op,
      `${number} is outside ${dtype}'s range ${low} to ${high}; ${chosen ? "give a wider dtype" : "cast to a wider dtype first"}`,
    );
  }
}
