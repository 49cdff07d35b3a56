import { type AnyTensor, checkOptionNames, DTypeError, OptionError, ShapeError } from "@adjoint/tensor";
import { type ArrayData, toArrayData } from "./array-data.ts";
import { FileFormatError } from "./file-format-error.ts";
import { gunzip, isGzip } from "./gunzip.ts";

/** How an IDX file stores an element. */
export type IdxElementType = "uint8" | "int8" | "int16" | "int32" | "float32" | "float64";

/** An array read from an IDX file. int8 and int16 are widened to int32, which tensors have. */
export type IdxArray = ArrayData<"uint8" | "int32" | "float32" | "float64">;

/** Options of {@link parseIdx}. */
export interface ParseIdxOptions {
  /** What errors call the file: its path, as a rule. */
  readonly name?: string;
}

/** Options of {@link decodeIdx}. */
export interface DecodeIdxOptions extends ParseIdxOptions {
  /** The most bytes that a gzip file may unpack to; 2 GiB by default. */
  readonly maxBytes?: number;
}

/** Options of {@link encodeIdx}. */
export interface EncodeIdxOptions {
  /** How to store the elements; by default as their dtype, bool as uint8. */
  readonly elementType?: IdxElementType;
}

interface ElementFormat {
  readonly code: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly dtype: IdxArray["dtype"];
  readonly get: "getUint8" | "getInt8" | "getInt16" | "getInt32" | "getFloat32" | "getFloat64";
  readonly set: "setUint8" | "setInt8" | "setInt16" | "setInt32" | "setFloat32" | "setFloat64";
  /** The first and last of the integers that can be stored. */
  readonly range?: readonly [number, number];
}

const elementFormats: Record<IdxElementType, ElementFormat> = {
  uint8: { code: 0x08, bytes: 1, dtype: "uint8", get: "getUint8", set: "setUint8", range: [0, 255] },
  int8: { code: 0x09, bytes: 1, dtype: "int32", get: "getInt8", set: "setInt8", range: [-128, 127] },
  int16: { code: 0x0b, bytes: 2, dtype: "int32", get: "getInt16", set: "setInt16", range: [-32768, 32767] },
  int32: {
    code: 0x0c,
    bytes: 4,
    dtype: "int32",
    get: "getInt32",
    set: "setInt32",
    range: [-(2 ** 31), 2 ** 31 - 1],
  },
  float32: { code: 0x0d, bytes: 4, dtype: "float32", get: "getFloat32", set: "setFloat32" },
  float64: { code: 0x0e, bytes: 8, dtype: "float64", get: "getFloat64", set: "setFloat64" },
};

const arrayConstructors = {
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const again = "download or copy the file again";

/**
 * The array in an uncompressed IDX file, the format of the MNIST digits: two zero bytes, an element type, the number
 * of dimensions (1 to 255), the dimensions and the elements, all big-endian. The array shares no memory with `bytes`.
 * Throws {@link FileFormatError} unless the file is exactly as long as its header promises.
 */
export function parseIdx(bytes: Uint8Array, options: ParseIdxOptions = {}): IdxArray {
  checkOptionNames("parseIdx", options, ["name"]);
  const { name = "IDX data" } = options;
  if (bytes.length === 0) {
    throw new FileFormatError(name, `the file is empty, where an IDX array was expected; ${again}`);
  }
  if (isGzip(bytes)) {
    throw new FileFormatError(
      name,
      "the file is compressed with gzip; read it with decodeIdx, which unpacks it",
    );
  }
  if (bytes.length < 4) {
    throw new FileFormatError(
      name,
      `the file ends after ${count(bytes.length, "byte")}, inside its IDX header; ${again}`,
    );
  }
  const format = Object.values(elementFormats).find(({ code }) => code === bytes[2]);
  if (bytes[0] !== 0 || bytes[1] !== 0 || format === undefined) {
    throw new FileFormatError(
      name,
      `the file starts with the bytes ${hex(bytes.subarray(0, 4))}, where IDX has 00 00, an element type ` +
        "(08, 09, 0b, 0c, 0d or 0e) and the number of dimensions; check that it is an IDX file",
    );
  }
  const rank = bytes[3];
  if (rank === 0) {
    throw new FileFormatError(
      name,
      "the header names 0 dimensions, where IDX has 1 to 255; check that it is an IDX file",
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new FileFormatError(
      name,
      `the file ends after ${bytes.length} bytes, inside its header of ${headerBytes} bytes for ${count(rank, "dimension")}; ${again}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = sizeOf(shape);
  const expected = headerBytes + size * format.bytes;
  const promise = `a header of ${headerBytes} and ${shapeText(shape)} elements of ${count(format.bytes, "byte")}`;
  if (!Number.isSafeInteger(expected)) {
    throw new FileFormatError(name, `the file promises ${promise}, more than any file holds; ${again}`);
  }
  if (bytes.length < expected) {
    throw new FileFormatError(
      name,
      `the file ends after ${bytes.length} of the ${expected} bytes that it promises (${promise}); ${again}`,
    );
  }
  if (bytes.length > expected) {
    throw new FileFormatError(
      name,
      `the file has ${count(bytes.length - expected, "byte")} more than the ${expected} that it promises (${promise}); ${again}`,
    );
  }
  const values = new arrayConstructors[format.dtype](size);
  if (format.dtype === "uint8") values.set(bytes.subarray(headerBytes));
  else for (let i = 0; i < size; i++) values[i] = view[format.get](headerBytes + i * format.bytes);
  return { dtype: format.dtype, shape, values } as IdxArray;
}

/**
 * The array in an IDX file that may be compressed with gzip, as MNIST is distributed; see {@link parseIdx}.
 * Rejects with {@link FileFormatError}, also for damaged gzip data and beyond `maxBytes`.
 */
export async function decodeIdx(bytes: Uint8Array, options: DecodeIdxOptions = {}): Promise<IdxArray> {
  checkOptionNames("decodeIdx", options, ["name", "maxBytes"]);
  const { name = "IDX data", maxBytes = 2 ** 31 } = options;
  return parseIdx(isGzip(bytes) ? await gunzip(bytes, name, maxBytes) : bytes, { name });
}

/**
 * An array or tensor as an uncompressed IDX file: the inverse of {@link parseIdx}.
 * Throws `ShapeError` when the shape is none that IDX has or does not fit the number of values, `DTypeError` when
 * `elementType` cannot hold a value (float32 rounds, but not to ∞), `OptionError` when there is no such type.
 */
export function encodeIdx(array: ArrayData | AnyTensor, options: EncodeIdxOptions = {}): Uint8Array {
  checkOptionNames("encodeIdx", options, ["elementType"]);
  const { elementType } = options;
  const { dtype, shape, values } = toArrayData(array);
  const stored = elementType ?? (dtype === "bool" ? "uint8" : dtype);
  if (!Object.hasOwn(elementFormats, stored)) {
    throw new OptionError(
      "encodeIdx",
      `elementType "${stored}" is none of ${Object.keys(elementFormats).join(", ")}`,
    );
  }
  const format = elementFormats[stored];
  if (shape.length < 1 || shape.length > 255) {
    throw new ShapeError(
      "encodeIdx",
      `the shape has ${shape.length} dimensions, where IDX has 1 to 255; reshape it`,
    );
  }
  for (const dimension of shape) {
    if (!Number.isInteger(dimension) || dimension < 0 || dimension >= 2 ** 32) {
      throw new ShapeError(
        "encodeIdx",
        `${shapeText(shape)} has dimension ${dimension}, where IDX has 0 to 4294967295`,
      );
    }
  }
  if (sizeOf(shape) !== values.length) {
    throw new ShapeError(
      "encodeIdx",
      `${shapeText(shape)} needs ${sizeOf(shape)} values, but ${values.length} are given`,
    );
  }
  const headerBytes = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerBytes + values.length * format.bytes);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, format.code, shape.length]);
  shape.forEach((dimension, axis) => {
    view.setUint32(4 + 4 * axis, dimension);
  });
  const [low, high] = format.range ?? [-Infinity, Infinity];
  values.forEach((value: number, i: number) => {
    if (format.range && !(Number.isInteger(value) && low <= value && value <= high)) {
      throw new DTypeError(
        "encodeIdx",
        `${value} at element ${i} is no ${stored}, which holds integers from ${low} to ${high}`,
      );
    }
    if (stored === "float32" && Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
      throw new DTypeError("encodeIdx", `${value} at element ${i} is beyond float32; store it as float64`);
    }
    view[format.set](headerBytes + i * format.bytes, value);
  });
  return bytes;
}

/** The product of the dimensions. Any zero makes it 0, also where the others' product is beyond float64. */
function sizeOf(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((size, dimension) => size * dimension, 1);
}

function shapeText(shape: readonly number[]): string {
  return shape.length <= 8
    ? `[${shape.join(", ")}]`
    : `[${shape.slice(0, 8).join(", ")}, … ${shape.length} dimensions]`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}
