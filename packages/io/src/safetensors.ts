import { type ArrayData, FileFormatError, toArrayData } from "@adjoint/data";
import { type AnyTensor, checkOptionNames, DTypeError, OptionError, ShapeError } from "@adjoint/tensor";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half-precision.ts";

/** The part of the web-standard classes that is used here; neither DOM nor Node types are needed for it. */
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(encoding: "utf-8", options: { fatal: boolean });
  decode(bytes: Uint8Array): string;
}

/** What a safetensors file holds. */
export interface SafetensorsContents {
  /** The tensors by name. */
  readonly tensors: Record<string, ArrayData>;
  /** The strings that the file's writer put beside them. */
  readonly metadata: Record<string, string>;
}

/** Options of {@link decodeSafetensors}. */
export interface DecodeSafetensorsOptions {
  /** What errors call the file: its path, as a rule. */
  readonly name?: string;
}

interface StoredType {
  readonly bytes: 1 | 2 | 4 | 8;
  /** The values of a tensor whose bytes these are; `fail` throws an error about the tensor. */
  readonly read: (bytes: Uint8Array, fail: Fail) => Values<ArrayData["dtype"]>;
}

const metadataKey = "__metadata__";
// The format's own limit, which keeps a lying header from filling the memory.
const maxHeaderBytes = 100_000_000;

// Bytes are reinterpreted, not converted, so that every NaN keeps its bits. Like WebAssembly memory, the format is
// little-endian.
const storedTypes: Record<string, StoredType> = {
  F64: { bytes: 8, read: (bytes) => ({ dtype: "float64", values: new Float64Array(bytes.buffer) }) },
  F32: { bytes: 4, read: (bytes) => ({ dtype: "float32", values: new Float32Array(bytes.buffer) }) },
  F16: { bytes: 2, read: (bytes) => widened(bytes, float16ToFloat32) },
  BF16: { bytes: 2, read: (bytes) => widened(bytes, bfloat16ToFloat32) },
  I64: { bytes: 8, read: narrowed },
  I32: { bytes: 4, read: (bytes) => ({ dtype: "int32", values: new Int32Array(bytes.buffer) }) },
  I16: {
    bytes: 2,
    read: (bytes) => ({ dtype: "int32", values: new Int32Array(new Int16Array(bytes.buffer)) }),
  },
  I8: {
    bytes: 1,
    read: (bytes) => ({ dtype: "int32", values: new Int32Array(new Int8Array(bytes.buffer)) }),
  },
  U8: { bytes: 1, read: (bytes) => ({ dtype: "uint8", values: bytes }) },
  BOOL: { bytes: 1, read: checkedBool },
};

// In the order in which the reference implementation sorts them.
const writtenTypes = {
  float64: "F64",
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
} as const satisfies Record<ArrayData["dtype"], keyof typeof storedTypes>;

const writtenOrder: readonly string[] = Object.values(writtenTypes);

/**
 * A safetensors file: an 8-byte header size, a JSON header that names each tensor's dtype, shape and place, the data.
 * Tensors are sorted by dtype, widest first, then by name, and the header is padded to 8 bytes, so that the data is
 * aligned and the same tensors give the same bytes, those that the reference implementation writes.
 * Throws `ShapeError` when a shape does not fit its values, `DTypeError` for a bool that is neither 0 nor 1,
 * `OptionError` for names and metadata that the format has no place for.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, ArrayData | AnyTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = Object.entries(tensors).map(([name, given]) => {
    const array = toArrayData(given);
    checkArray(name, array);
    const type = writtenTypes[array.dtype];
    return { name, array, type, rank: writtenOrder.indexOf(type) };
  });
  entries.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));

  const fields: string[] = [];
  const notes = Object.entries(metadata);
  for (const [key, value] of notes) {
    if (typeof value !== "string") {
      throw new OptionError(
        "encodeSafetensors",
        `metadata ${quote(key)} is a ${typeof value}, and the format keeps strings only; convert it with String or JSON.stringify`,
      );
    }
    checkUnicode(`metadata ${quote(key)}`, key + value);
  }
  const pair = ([key, value]: [string, string]): string => `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  if (notes.length > 0) fields.push(`"${metadataKey}":{${notes.map(pair).join(",")}}`);
  let dataBytes = 0;
  for (const { name, array, type } of entries) {
    const begin = dataBytes;
    dataBytes += array.values.byteLength;
    const place = { dtype: type, shape: array.shape, data_offsets: [begin, dataBytes] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(place)}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > maxHeaderBytes) {
    throw new OptionError(
      "encodeSafetensors",
      `names and metadata need a header of ${headerBytes} bytes, and the format allows ${maxHeaderBytes}; shorten them`,
    );
  }

  const file = new Uint8Array(8 + headerBytes + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  let offset = 8 + headerBytes;
  for (const { values } of entries.map(({ array }) => array)) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

/**
 * The tensors and metadata of a safetensors file. F16 and BF16 are widened to float32, I8 and I16 to int32; I64
 * becomes int32 when every value fits. The tensors share no memory with `bytes`.
 * Throws {@link FileFormatError} unless the tensors' places fill the data exactly, with no hole and no overlap, each
 * as long as its shape and dtype say, under a header with unique names that the format allows.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  options: DecodeSafetensorsOptions = {},
): SafetensorsContents {
  checkOptionNames("decodeSafetensors", options, ["name"]);
  const { name = "safetensors data" } = options;
  const fail: Fail = (problem, cause) => {
    throw new FileFormatError(name, problem, cause === undefined ? undefined : { cause });
  };
  const { header, dataStart } = readHeader(bytes, fail);
  const data = bytes.subarray(dataStart);

  const places: Place[] = [];
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === metadataKey) metadata = readMetadata(value, fail);
    else places.push(readPlace(key, value, data.length, fail));
  }
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const { label, begin, end } of places) {
    if (begin < filled)
      fail(
        `${label} overlaps the tensor before it: it begins at byte ${begin} of the data, before ${filled}; ${again}`,
      );
    if (begin > filled)
      fail(`bytes ${filled} to ${begin} of the data belong to no tensor, before ${label}; ${again}`);
    filled = end;
  }
  if (filled !== data.length) {
    fail(`the data has ${data.length} bytes, and its tensors end at byte ${filled}; ${again}`);
  }

  const tensors = places.map(({ key, label, type, shape, begin, end }): [string, ArrayData] => {
    // The copy starts at 0 of a buffer of its own, so that any element type can view it.
    const copy = new Uint8Array(data.subarray(begin, end));
    const { dtype, values } = type.read(copy, (problem) => fail(`${label} ${problem}`));
    return [key, { dtype, shape, values } as ArrayData];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

type Fail = (problem: string, cause?: unknown) => never;

/** A tensor as the header describes it. */
interface Place {
  readonly key: string;
  /** What errors call the tensor. */
  readonly label: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const again = "the file is damaged, or was not written by a safetensors library";

function readHeader(bytes: Uint8Array, fail: Fail): { header: object; dataStart: number } {
  if (bytes.length < 8) {
    fail(
      `the file has ${bytes.length} bytes, and a safetensors file starts with 8 for the size of its header; download or copy it again`,
    );
  }
  const stated = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (stated > maxHeaderBytes) {
    fail(
      `the file states a header of ${stated} bytes, and safetensors allows ${maxHeaderBytes}; check that it is a safetensors file`,
    );
  }
  const dataStart = 8 + Number(stated);
  if (dataStart > bytes.length) {
    fail(
      `the file ends after ${bytes.length} bytes, inside its header of ${stated}; download or copy it again`,
    );
  }
  const encoded = bytes.subarray(8, dataStart);
  if (encoded[0] !== 0x7b) fail(`the header does not start with "{"; check that it is a safetensors file`);
  let header: unknown;
  let repeated: string | undefined;
  try {
    const json = new TextDecoder("utf-8", { fatal: true }).decode(encoded);
    header = JSON.parse(json);
    repeated = repeatedKey(json);
  } catch (cause) {
    fail(`the header is no UTF-8 JSON (${(cause as Error).message}); ${again}`, cause);
  }
  if (repeated !== undefined) fail(`the header has the key ${quote(repeated)} twice; ${again}`);
  // JSON that starts with { is an object.
  return { header: header as object, dataStart };
}

function readMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (!isObject(value))
    fail(`${metadataKey} is ${kindOf(value)}, where an object of strings was expected; ${again}`);
  for (const [key, note] of Object.entries(value)) {
    if (typeof note !== "string")
      fail(`metadata ${quote(key)} is ${kindOf(note)}, where a string was expected; ${again}`);
    if (hasLoneSurrogate(key + note)) fail(`metadata ${quote(key)} is no Unicode text; ${again}`);
  }
  return value as Record<string, string>;
}

function readPlace(key: string, value: unknown, dataBytes: number, fail: Fail): Place {
  const label = `tensor ${quote(key)}`;
  if (hasLoneSurrogate(key)) fail(`${label} has a name that is no Unicode text; ${again}`);
  if (!isObject(value))
    fail(`${label} is ${kindOf(value)}, where its dtype, shape and data_offsets were expected; ${again}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(storedTypes, dtype)) {
    const known = Object.keys(storedTypes).join(", ");
    fail(
      `${label} has dtype ${typeof dtype === "string" ? quote(dtype) : kindOf(dtype)}, and only ${known} can be read; convert it first`,
    );
  }
  if (!isCounts(shape)) fail(`${label} has a shape that is no list of whole numbers; ${again}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    fail(`${label} has data_offsets that are no pair of whole numbers; ${again}`);
  }
  const [begin, end] = offsets;
  if (begin > end || end > dataBytes) {
    fail(
      `${label} claims bytes ${begin} to ${end} of the data, which has ${dataBytes}; download or copy the file again`,
    );
  }
  const type = storedTypes[dtype];
  const needed = sizeOf(shape) * type.bytes;
  if (needed !== end - begin) {
    fail(
      `${label} claims ${end - begin} bytes, and ${dtype} [${shape.join(", ")}] needs ${needed}; ${again}`,
    );
  }
  return { key, label, type, shape, begin, end };
}

/**
 * The first key that an object in this valid JSON text has twice. `JSON.parse` keeps the last silently, other readers
 * the first, so one file could show two different models.
 */
function repeatedKey(json: string): string | undefined {
  const objects: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === "{") objects.push(new Set());
    else if (json[i] === "}") objects.pop();
    else if (json[i] === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
      let next = i + 1;
      while (" \t\r\n".includes(json[next])) next++;
      if (json[next] !== ":") continue;
      const key: string = JSON.parse(json.slice(start, i + 1));
      const keys = objects[objects.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

type Values<D extends ArrayData["dtype"]> = Pick<ArrayData<D>, "dtype" | "values">;

function widened(bytes: Uint8Array, toFloat32: (half: number) => number): Values<"float32"> {
  const halves = new Uint16Array(bytes.buffer);
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = toFloat32(halves[i]);
  return { dtype: "float32", values };
}

function narrowed(bytes: Uint8Array, fail: Fail): Values<"int32"> {
  const wide = new BigInt64Array(bytes.buffer);
  const values = new Int32Array(wide.length);
  for (let i = 0; i < wide.length; i++) {
    values[i] = Number(wide[i]);
    if (BigInt(values[i]) !== wide[i]) {
      fail(
        `is I64 and holds ${wide[i]} at element ${i}, beyond int32; convert it to F64 or to smaller integers first`,
      );
    }
  }
  return { dtype: "int32", values };
}

function checkedBool(bytes: Uint8Array, fail: Fail): Values<"bool"> {
  const i = bytes.findIndex((byte) => byte > 1);
  if (i >= 0)
    fail(`is BOOL and holds the byte ${bytes[i]} at element ${i}, where 0 or 1 was expected; ${again}`);
  return { dtype: "bool", values: bytes };
}

function checkArray(name: string, { dtype, shape, values }: ArrayData): void {
  if (name === metadataKey) {
    throw new OptionError(
      "encodeSafetensors",
      `"${metadataKey}" is the format's own key; give the tensor another name`,
    );
  }
  checkUnicode(`tensor ${quote(name)}`, name);
  if (!Object.hasOwn(writtenTypes, dtype)) {
    throw new DTypeError(
      "encodeSafetensors",
      `tensor ${quote(name)} has dtype "${dtype}", not ${Object.keys(writtenTypes).join(", ")}`,
    );
  }
  if (!isCounts(shape) || sizeOf(shape) !== values.length) {
    throw new ShapeError(
      "encodeSafetensors",
      `tensor ${quote(name)} has ${values.length} values, which do not fit its shape [${shape.join(", ")}]`,
    );
  }
  if (values.BYTES_PER_ELEMENT !== storedTypes[writtenTypes[dtype]].bytes) {
    throw new DTypeError(
      "encodeSafetensors",
      `tensor ${quote(name)} has dtype ${dtype}, but its values are a ${values.constructor.name}`,
    );
  }
  if (dtype === "bool") {
    const i = values.findIndex((byte) => byte > 1);
    if (i >= 0) {
      throw new DTypeError(
        "encodeSafetensors",
        `tensor ${quote(name)} is bool and holds ${values[i]} at element ${i}, which is neither 0 nor 1`,
      );
    }
  }
}

/** Half a surrogate pair, which JSON can escape but UTF-8 cannot write: it would come back as another text. */
function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

function checkUnicode(what: string, text: string): void {
  if (hasLoneSurrogate(text)) {
    throw new OptionError(
      "encodeSafetensors",
      `${what} holds half of a surrogate pair, which UTF-8 has no place for; rename it`,
    );
  }
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "missing";
  return Array.isArray(value) ? "a list" : `a${typeof value === "object" ? "n" : ""} ${typeof value}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length <= 80 ? text : `${text.slice(0, 80)}…`);
}

/** The product of the dimensions. Any zero makes it 0, also where the others' product is beyond float64. */
function sizeOf(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((size, dimension) => size * dimension, 1);
}
