/** A WebAssembly value type. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** Instruction bytes, nested so that building an expression copies nothing; {@link append} lays them out. */
export type Code = readonly (number | Code)[];

/** Code that leaves one value of a type. */
export interface Expression<T extends ValueType = ValueType> {
  readonly type: T;
  readonly code: Code;
}

/** Code that leaves nothing. */
export type Statement = Code;

/** The byte that stands for a type. */
export const typeByte: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Unsigned LEB128: a byte as itself, since most are, and arrays of one are half of what is then laid out. */
export function unsigned(value: number): number | Code {
  return value >= 0 && value < 0x80 ? value : unsignedBytes(value);
}

/** Unsigned LEB128. */
export function unsignedBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128 of an int32: a byte as itself, as of {@link unsigned}. */
export function signed(value: number): number | Code {
  if (value >= 0 && value < 0x40) return value;
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

/** Signed LEB128 of an int64. */
export function signed64(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

/** A UTF-8 name with its length. Names here are ASCII. */
export function nameBytes(name: string): number[] {
  return [...unsignedBytes(name.length), ...Array.from(name, (c) => c.charCodeAt(0))];
}

/** Appends the bytes in order: to an array that is written once, since a module has tens of thousands of them. */
export function append(bytes: number[], code: Code): void {
  for (let i = 0; i < code.length; i++) {
    const part = code[i];
    if (typeof part === "number") bytes.push(part);
    else append(bytes, part);
  }
}
