import {
  type Code,
  type Expression,
  type Statement,
  signed,
  signed64,
  unsigned,
  unsignedBytes,
  type ValueType,
} from "./code.ts";

type E<T extends ValueType> = Expression<T>;

function expression<T extends ValueType>(type: T, ...code: Code): E<T> {
  return { type, code };
}

/** An opcode: a byte, or a prefix and a LEB128 number. */
function opcode(op: number): number | Code {
  return op < 0x100 ? op : [op >>> 16, ...unsignedBytes(op & 0xffff)];
}

/** The opcode of an access to memory, and its alignment. */
function accessCode(op: number, align: number): Code {
  return op < 0x100 ? [op, align] : [op >>> 16, ...unsignedBytes(op & 0xffff), align];
}

const simd = (op: number): number => 0xfd0000 + op;
const atomic = (op: number): number => 0xfe0000 + op;

function unary<A extends ValueType, R extends ValueType>(op: number, result: R): (a: E<A>) => E<R> {
  const bytes = opcode(op);
  return (a) => expression(result, a.code, bytes);
}

function binary<A extends ValueType, B extends ValueType, R extends ValueType>(
  op: number,
  result: R,
): (a: E<A>, b: E<B>) => E<R> {
  const bytes = opcode(op);
  return (a, b) => expression(result, a.code, b.code, bytes);
}

function ternary<R extends ValueType>(op: number, result: R): (a: E<R>, b: E<R>, c: E<R>) => E<R> {
  const bytes = opcode(op);
  return (a, b, c) => expression(result, a.code, b.code, c.code, bytes);
}

/** `load(address, offset)`: the constant offset costs nothing. */
function load<R extends ValueType>(
  op: number,
  align: number,
  result: R,
): (address: E<"i32">, offset?: number) => E<R> {
  const bytes = accessCode(op, align);
  return (address, offset = 0) => expression(result, address.code, bytes, unsigned(offset));
}

function store<A extends ValueType>(
  op: number,
  align: number,
): (address: E<"i32">, value: E<A>, offset?: number) => Statement {
  const bytes = accessCode(op, align);
  return (address, value, offset = 0) => [address.code, value.code, bytes, unsigned(offset)];
}

/** Loads one lane of a vector and keeps the others. */
function loadLane(
  op: number,
): (address: E<"i32">, vector: E<"v128">, lane: number, offset?: number) => E<"v128"> {
  return (address, vector, lane, offset = 0) =>
    expression("v128", address.code, vector.code, opcode(op), 0, unsigned(offset), lane);
}

function storeLane(
  op: number,
): (address: E<"i32">, vector: E<"v128">, lane: number, offset?: number) => Statement {
  return (address, vector, lane, offset = 0) => [
    address.code,
    vector.code,
    opcode(op),
    0,
    unsigned(offset),
    lane,
  ];
}

function extractLane<R extends ValueType>(op: number, result: R): (a: E<"v128">, lane: number) => E<R> {
  return (a, lane) => expression(result, a.code, opcode(op), lane);
}

function replaceLane<A extends ValueType>(
  op: number,
): (a: E<"v128">, lane: number, value: E<A>) => E<"v128"> {
  return (a, lane, value) => expression("v128", a.code, value.code, opcode(op), lane);
}

type I = "i32";
type L = "i64";
type F = "f32";
type D = "f64";
type V = "v128";

/** 32-bit integers, addresses and conditions. */
export const i32 = {
  const: (value: number): E<I> => expression("i32", 0x41, signed(value)),
  load: load(0x28, 2, "i32"),
  load8u: load(0x2d, 0, "i32"),
  store: store<I>(0x36, 2),
  store8: store<I>(0x3a, 0),
  eqz: unary<I, I>(0x45, "i32"),
  eq: binary<I, I, I>(0x46, "i32"),
  ne: binary<I, I, I>(0x47, "i32"),
  lt: binary<I, I, I>(0x48, "i32"),
  ltu: binary<I, I, I>(0x49, "i32"),
  gt: binary<I, I, I>(0x4a, "i32"),
  le: binary<I, I, I>(0x4c, "i32"),
  ge: binary<I, I, I>(0x4e, "i32"),
  geu: binary<I, I, I>(0x4f, "i32"),
  add: binary<I, I, I>(0x6a, "i32"),
  sub: binary<I, I, I>(0x6b, "i32"),
  mul: binary<I, I, I>(0x6c, "i32"),
  divs: binary<I, I, I>(0x6d, "i32"),
  divu: binary<I, I, I>(0x6e, "i32"),
  remu: binary<I, I, I>(0x70, "i32"),
  and: binary<I, I, I>(0x71, "i32"),
  or: binary<I, I, I>(0x72, "i32"),
  xor: binary<I, I, I>(0x73, "i32"),
  shl: binary<I, I, I>(0x74, "i32"),
  shrs: binary<I, I, I>(0x75, "i32"),
  shru: binary<I, I, I>(0x76, "i32"),
  rotl: binary<I, I, I>(0x77, "i32"),
  wrap: unary<L, I>(0xa7, "i32"),
  truncSatF32: unary<F, I>(0xfc0000, "i32"),
  truncSatF64: unary<D, I>(0xfc0002, "i32"),
  reinterpret: unary<F, I>(0xbc, "i32"),
};

/** 64-bit integers: the bits of a float64. */
export const i64 = {
  const: (value: bigint): E<L> => expression("i64", 0x42, signed64(value)),
  load: load(0x29, 3, "i64"),
  store: store<L>(0x37, 3),
  eqz: unary<L, I>(0x50, "i32"),
  eq: binary<L, L, I>(0x51, "i32"),
  lt: binary<L, L, I>(0x53, "i32"),
  /** How many of the lowest bits are 0. */
  ctz: unary<L, L>(0x7a, "i64"),
  add: binary<L, L, L>(0x7c, "i64"),
  sub: binary<L, L, L>(0x7d, "i64"),
  mul: binary<L, L, L>(0x7e, "i64"),
  and: binary<L, L, L>(0x83, "i64"),
  or: binary<L, L, L>(0x84, "i64"),
  xor: binary<L, L, L>(0x85, "i64"),
  shl: binary<L, L, L>(0x86, "i64"),
  shrs: binary<L, L, L>(0x87, "i64"),
  shru: binary<L, L, L>(0x88, "i64"),
  extendS: unary<I, L>(0xac, "i64"),
  extendU: unary<I, L>(0xad, "i64"),
  reinterpret: unary<D, L>(0xbd, "i64"),
};

const f32Bytes = new Float32Array(1);
const f64Bytes = new Float64Array(1);

/** 32-bit floats. */
export const f32 = {
  const: (value: number): E<F> => {
    f32Bytes[0] = value;
    return expression("f32", 0x43, [...new Uint8Array(f32Bytes.buffer)]);
  },
  load: load(0x2a, 2, "f32"),
  store: store<F>(0x38, 2),
  eq: binary<F, F, I>(0x5b, "i32"),
  ne: binary<F, F, I>(0x5c, "i32"),
  lt: binary<F, F, I>(0x5d, "i32"),
  gt: binary<F, F, I>(0x5e, "i32"),
  le: binary<F, F, I>(0x5f, "i32"),
  ge: binary<F, F, I>(0x60, "i32"),
  abs: unary<F, F>(0x8b, "f32"),
  neg: unary<F, F>(0x8c, "f32"),
  ceil: unary<F, F>(0x8d, "f32"),
  floor: unary<F, F>(0x8e, "f32"),
  trunc: unary<F, F>(0x8f, "f32"),
  nearest: unary<F, F>(0x90, "f32"),
  sqrt: unary<F, F>(0x91, "f32"),
  add: binary<F, F, F>(0x92, "f32"),
  sub: binary<F, F, F>(0x93, "f32"),
  mul: binary<F, F, F>(0x94, "f32"),
  div: binary<F, F, F>(0x95, "f32"),
  min: binary<F, F, F>(0x96, "f32"),
  max: binary<F, F, F>(0x97, "f32"),
  copysign: binary<F, F, F>(0x98, "f32"),
  convertS: unary<I, F>(0xb2, "f32"),
  convertU: unary<I, F>(0xb3, "f32"),
  demote: unary<D, F>(0xb6, "f32"),
  reinterpret: unary<I, F>(0xbe, "f32"),
};

/** 64-bit floats. */
export const f64 = {
  const: (value: number): E<D> => {
    f64Bytes[0] = value;
    return expression("f64", 0x44, [...new Uint8Array(f64Bytes.buffer)]);
  },
  load: load(0x2b, 3, "f64"),
  store: store<D>(0x39, 3),
  eq: binary<D, D, I>(0x61, "i32"),
  ne: binary<D, D, I>(0x62, "i32"),
  lt: binary<D, D, I>(0x63, "i32"),
  gt: binary<D, D, I>(0x64, "i32"),
  le: binary<D, D, I>(0x65, "i32"),
  ge: binary<D, D, I>(0x66, "i32"),
  abs: unary<D, D>(0x99, "f64"),
  neg: unary<D, D>(0x9a, "f64"),
  ceil: unary<D, D>(0x9b, "f64"),
  floor: unary<D, D>(0x9c, "f64"),
  trunc: unary<D, D>(0x9d, "f64"),
  nearest: unary<D, D>(0x9e, "f64"),
  sqrt: unary<D, D>(0x9f, "f64"),
  add: binary<D, D, D>(0xa0, "f64"),
  sub: binary<D, D, D>(0xa1, "f64"),
  mul: binary<D, D, D>(0xa2, "f64"),
  div: binary<D, D, D>(0xa3, "f64"),
  min: binary<D, D, D>(0xa4, "f64"),
  max: binary<D, D, D>(0xa5, "f64"),
  copysign: binary<D, D, D>(0xa6, "f64"),
  convertS: unary<I, D>(0xb7, "f64"),
  convertU: unary<I, D>(0xb8, "f64"),
  convertS64: unary<L, D>(0xb9, "f64"),
  promote: unary<F, D>(0xbb, "f64"),
  reinterpret: unary<L, D>(0xbf, "f64"),
};

/** 128-bit vectors as bits, and their memory. */
export const v128 = {
  load: load(simd(0), 4, "v128"),
  load8x8u: load(simd(2), 0, "v128"),
  load8Splat: load(simd(7), 0, "v128"),
  load32Splat: load(simd(9), 2, "v128"),
  load64Splat: load(simd(10), 3, "v128"),
  load32Zero: load(simd(92), 0, "v128"),
  load64Zero: load(simd(93), 0, "v128"),
  store: store<V>(simd(11), 4),
  load32Lane: loadLane(simd(86)),
  load64Lane: loadLane(simd(87)),
  store8Lane: storeLane(simd(88)),
  store32Lane: storeLane(simd(90)),
  store64Lane: storeLane(simd(91)),
  const: (bytes: readonly number[]): E<V> => expression("v128", 0xfd, 12, bytes),
  shuffle: (a: E<V>, b: E<V>, lanes: readonly number[]): E<V> =>
    expression("v128", a.code, b.code, 0xfd, 13, lanes),
  not: unary<V, V>(simd(77), "v128"),
  and: binary<V, V, V>(simd(78), "v128"),
  andnot: binary<V, V, V>(simd(79), "v128"),
  or: binary<V, V, V>(simd(80), "v128"),
  xor: binary<V, V, V>(simd(81), "v128"),
  /** Bits of `a` where the mask is 1, of `b` elsewhere. */
  bitselect: (a: E<V>, b: E<V>, mask: E<V>): E<V> => expression("v128", a.code, b.code, mask.code, 0xfd, 82),
  anyTrue: unary<V, I>(simd(83), "i32"),
};

/** Four 32-bit integers. */
export const i32x4 = {
  const: (a: number, b: number = a, c: number = a, d: number = a): E<V> =>
    v128.const([...new Uint8Array(Int32Array.of(a, b, c, d).buffer)]),
  splat: unary<I, V>(simd(17), "v128"),
  extractLane: extractLane(simd(27), "i32"),
  replaceLane: replaceLane<I>(simd(28)),
  eq: binary<V, V, V>(simd(55), "v128"),
  ne: binary<V, V, V>(simd(56), "v128"),
  lt: binary<V, V, V>(simd(57), "v128"),
  gt: binary<V, V, V>(simd(59), "v128"),
  abs: unary<V, V>(simd(160), "v128"),
  neg: unary<V, V>(simd(161), "v128"),
  allTrue: unary<V, I>(simd(163), "i32"),
  bitmask: unary<V, I>(simd(164), "i32"),
  shl: binary<V, I, V>(simd(171), "v128"),
  shrs: binary<V, I, V>(simd(172), "v128"),
  shru: binary<V, I, V>(simd(173), "v128"),
  add: binary<V, V, V>(simd(174), "v128"),
  sub: binary<V, V, V>(simd(177), "v128"),
  mul: binary<V, V, V>(simd(181), "v128"),
  min: binary<V, V, V>(simd(182), "v128"),
  max: binary<V, V, V>(simd(184), "v128"),
  truncSatF32: unary<V, V>(simd(248), "v128"),
  truncSatF64Zero: unary<V, V>(simd(252), "v128"),
  /** The low four of eight 16-bit integers, zero-extended. */
  extendLowU16: unary<V, V>(simd(169), "v128"),
};

/** Eight 16-bit integers: the way between bytes and 32 bits. */
export const i16x8 = {
  extendLowU8: unary<V, V>(simd(137), "v128"),
  narrowS32: binary<V, V, V>(simd(133), "v128"),
  narrowU32: binary<V, V, V>(simd(134), "v128"),
};

/** Sixteen bytes. */
export const i8x16 = {
  const: (bytes: number): E<V> => v128.const(new Array(16).fill(bytes & 0xff)),
  bitmask: unary<V, I>(simd(100), "i32"),
  narrowS16: binary<V, V, V>(simd(101), "v128"),
  narrowU16: binary<V, V, V>(simd(102), "v128"),
};

/** Two 64-bit integers: masks and bits of float64. */
export const i64x2 = {
  const: (a: bigint, b: bigint = a): E<V> => v128.const([...new Uint8Array(BigInt64Array.of(a, b).buffer)]),
  splat: unary<L, V>(simd(18), "v128"),
  extractLane: extractLane(simd(29), "i64"),
  add: binary<V, V, V>(simd(206), "v128"),
  sub: binary<V, V, V>(simd(209), "v128"),
  shl: binary<V, I, V>(simd(203), "v128"),
  shrs: binary<V, I, V>(simd(204), "v128"),
  shru: binary<V, I, V>(simd(205), "v128"),
  eq: binary<V, V, V>(simd(214), "v128"),
  lt: binary<V, V, V>(simd(216), "v128"),
  /** The low two 32-bit integers, sign-extended. */
  extendLowS32: unary<V, V>(simd(199), "v128"),
};

/** Four float32. */
export const f32x4 = {
  const: (a: number, b: number = a, c: number = a, d: number = a): E<V> =>
    v128.const([...new Uint8Array(Float32Array.of(a, b, c, d).buffer)]),
  splat: unary<F, V>(simd(19), "v128"),
  extractLane: extractLane(simd(31), "f32"),
  replaceLane: replaceLane<F>(simd(32)),
  eq: binary<V, V, V>(simd(65), "v128"),
  ne: binary<V, V, V>(simd(66), "v128"),
  lt: binary<V, V, V>(simd(67), "v128"),
  gt: binary<V, V, V>(simd(68), "v128"),
  le: binary<V, V, V>(simd(69), "v128"),
  ge: binary<V, V, V>(simd(70), "v128"),
  ceil: unary<V, V>(simd(103), "v128"),
  floor: unary<V, V>(simd(104), "v128"),
  trunc: unary<V, V>(simd(105), "v128"),
  nearest: unary<V, V>(simd(106), "v128"),
  abs: unary<V, V>(simd(224), "v128"),
  neg: unary<V, V>(simd(225), "v128"),
  sqrt: unary<V, V>(simd(227), "v128"),
  add: binary<V, V, V>(simd(228), "v128"),
  sub: binary<V, V, V>(simd(229), "v128"),
  mul: binary<V, V, V>(simd(230), "v128"),
  div: binary<V, V, V>(simd(231), "v128"),
  min: binary<V, V, V>(simd(232), "v128"),
  max: binary<V, V, V>(simd(233), "v128"),
  pmin: binary<V, V, V>(simd(234), "v128"),
  pmax: binary<V, V, V>(simd(235), "v128"),
  convertS: unary<V, V>(simd(250), "v128"),
  /** Two float64 as the low two float32, the others 0. */
  demoteZero: unary<V, V>(simd(94), "v128"),
  /** `a b + c`, rounded once or twice as the machine likes. */
  relaxedMadd: ternary<V>(simd(0x105), "v128"),
  /** `−a b + c`. */
  relaxedNmadd: ternary<V>(simd(0x106), "v128"),
  /** `a` where all bits of a lane of the mask are 1, `b` where all are 0. */
  relaxedSelect: ternary<V>(simd(0x10b), "v128"),
};

/** Two float64. */
export const f64x2 = {
  const: (a: number, b: number = a): E<V> => v128.const([...new Uint8Array(Float64Array.of(a, b).buffer)]),
  splat: unary<D, V>(simd(20), "v128"),
  extractLane: extractLane(simd(33), "f64"),
  replaceLane: replaceLane<D>(simd(34)),
  eq: binary<V, V, V>(simd(71), "v128"),
  ne: binary<V, V, V>(simd(72), "v128"),
  lt: binary<V, V, V>(simd(73), "v128"),
  gt: binary<V, V, V>(simd(74), "v128"),
  le: binary<V, V, V>(simd(75), "v128"),
  ge: binary<V, V, V>(simd(76), "v128"),
  ceil: unary<V, V>(simd(116), "v128"),
  floor: unary<V, V>(simd(117), "v128"),
  trunc: unary<V, V>(simd(122), "v128"),
  nearest: unary<V, V>(simd(148), "v128"),
  abs: unary<V, V>(simd(236), "v128"),
  neg: unary<V, V>(simd(237), "v128"),
  sqrt: unary<V, V>(simd(239), "v128"),
  add: binary<V, V, V>(simd(240), "v128"),
  sub: binary<V, V, V>(simd(241), "v128"),
  mul: binary<V, V, V>(simd(242), "v128"),
  div: binary<V, V, V>(simd(243), "v128"),
  min: binary<V, V, V>(simd(244), "v128"),
  max: binary<V, V, V>(simd(245), "v128"),
  pmin: binary<V, V, V>(simd(246), "v128"),
  pmax: binary<V, V, V>(simd(247), "v128"),
  /** The low two float32. */
  promoteLow: unary<V, V>(simd(95), "v128"),
  convertLowS: unary<V, V>(simd(254), "v128"),
  relaxedMadd: ternary<V>(simd(0x107), "v128"),
  relaxedNmadd: ternary<V>(simd(0x108), "v128"),
  relaxedSelect: ternary<V>(simd(0x10c), "v128"),
};

/** Shared memory: how workers meet. */
export const atomics = {
  load: load(atomic(0x10), 2, "i32"),
  store: store<I>(atomic(0x17), 2),
  add: (address: E<I>, value: E<I>, offset = 0): E<I> =>
    expression("i32", address.code, value.code, 0xfe, 0x1e, 2, unsigned(offset)),
  /** 0 woken, 1 not equal, 2 timed out (nanoseconds; −1 is for ever). */
  wait: (address: E<I>, expected: E<I>, timeout: E<L>, offset = 0): E<I> =>
    expression("i32", address.code, expected.code, timeout.code, 0xfe, 0x01, 2, unsigned(offset)),
  notify: (address: E<I>, count: E<I>, offset = 0): E<I> =>
    expression("i32", address.code, count.code, 0xfe, 0x00, 2, unsigned(offset)),
};

/** `condition ? a : b`, both computed. */
export function select<T extends ValueType>(a: E<T>, b: E<T>, condition: E<I>): E<T> {
  return expression(a.type, a.code, b.code, condition.code, a.type === "v128" ? [0x1c, 1, 0x7b] : 0x1b);
}

/** Copies bytes. */
export function memoryCopy(target: E<I>, source: E<I>, bytes: E<I>): Statement {
  return [target.code, source.code, bytes.code, 0xfc, 10, 0, 0];
}
