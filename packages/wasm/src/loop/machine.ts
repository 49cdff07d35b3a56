import type { DType, Op } from "@adjoint/tensor";
import {
  type Expression,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Local,
  type Statement,
  v128,
} from "../ir/index.ts";
import { float32, float32x4, float64 } from "../lanes/index.ts";
import type { Lanes } from "../lanes.ts";
import type { Target } from "../target.ts";

type Vector = Expression<"v128">;

/**
 * What a loop computes with: one value of each dtype at a time, or four. In a vector, integers are four int32, uint8 too, and a bool is
 * all bits of its lane; one by one they are an i32, a bool 0 or 1.
 */
export interface Machine {
  readonly f: FunctionBuilder;
  readonly width: 1 | 4;
  /** Arithmetic on floats of a dtype. */
  lanes(dtype: DType): Lanes;
  /** Sets the constants that lanes use; belongs at the function's start. */
  prologue(): Statement;
  number(value: number, dtype: DType): Expression;
  /** A value from memory in all lanes. */
  loadOne(address: Expression<"i32">, dtype: DType): Expression;
  /** Neighbours, as many as there are lanes. May read up to a vector beyond the last. */
  loadMany(address: Expression<"i32">, dtype: DType): Expression;
  /** Values from one place for each lane. */
  loadEach(places: readonly LanePlace[], dtype: DType): Expression;
  /**
   * Every second one of neighbours of four bytes, where there are lanes: the first at an address, the fourth 24 bytes behind it, of
   * which the first two are read there and the others twelve bytes further on, at an address of their own.
   */
  readonly loadAlternate?: (first: Expression<"i32">, second: Expression<"i32">) => Expression;
  /** Stores the first `count` lanes, all of them by default. */
  storeMany(address: Expression<"i32">, value: Expression, dtype: DType, count?: number): Statement;
  storeOne(address: Expression<"i32">, value: Expression, dtype: DType): Statement;
  /** Stores lanes at a place each. */
  storeEach(places: readonly LanePlace[], value: Expression, dtype: DType): Statement;
  /** `first, first + step, …` in the lanes, as int32. */
  ramp(first: Expression<"i32">, step: number): Expression;
  /** Integer arithmetic, uint8 wrapped. */
  integer(kind: IntegerOp, a: Expression, b: Expression, dtype: DType): Expression;
  select(mask: Expression, a: Expression, b: Expression): Expression;
  cast(value: Expression, from: DType, to: DType): Expression;
  host(
    op: Op,
    args: readonly { readonly value: Expression; readonly dtype: DType }[],
    result: DType,
  ): Expression;
  /** A local of the type that values of a dtype have. */
  keep(value: Expression): Local;
}

/** Where a lane is in memory: an address and bytes behind it, which cost nothing. */
export interface LanePlace {
  readonly address: Expression<"i32">;
  readonly offset: number;
}

/** Operations on integers; `lt` and `eq` give masks. */
export type IntegerOp = "add" | "sub" | "mul" | "min" | "max" | "lt" | "eq" | "and" | "or" | "xor";

/** Calls the definition of an op, float64 in and out: for what has no code here. */
export type CallHost = (op: Op, args: readonly Expression<"f64">[]) => Expression<"f64">;

const isWide = (dtype: DType): boolean => dtype === "float64";

/** One value at a time, of any dtype. */
export function scalarMachine(f: FunctionBuilder, callHost: CallHost): Machine {
  const singles = float32(f);
  const doubles = float64(f);
  const load = (address: Expression<"i32">, dtype: DType, offset = 0): Expression => {
    switch (dtype) {
      case "float32":
        return f32.load(address, offset);
      case "float64":
        return f64.load(address, offset);
      case "int32":
        return i32.load(address, offset);
      default:
        return i32.load8u(address, offset);
    }
  };
  const store = (address: Expression<"i32">, value: Expression, dtype: DType, offset = 0): Statement => {
    switch (dtype) {
      case "float32":
        return f32.store(address, value as Expression<"f32">, offset);
      case "float64":
        return f64.store(address, value as Expression<"f64">, offset);
      case "int32":
        return i32.store(address, value as Expression<"i32">, offset);
      default:
        return i32.store8(address, value as Expression<"i32">, offset);
    }
  };
  const number = (value: number, dtype: DType): Expression =>
    dtype === "float32" ? f32.const(value) : dtype === "float64" ? f64.const(value) : i32.const(value);
  const integerOps: Record<IntegerOp, (a: Expression<"i32">, b: Expression<"i32">) => Expression<"i32">> = {
    add: i32.add,
    sub: i32.sub,
    mul: i32.mul,
    min: (a, b) => machine.select(i32.lt(a, b), a, b) as Expression<"i32">,
    max: (a, b) => machine.select(i32.gt(a, b), a, b) as Expression<"i32">,
    lt: i32.lt,
    eq: i32.eq,
    and: i32.and,
    or: i32.or,
    xor: i32.xor,
  };
  const machine: Machine = {
    f,
    width: 1,
    lanes: (dtype) => (isWide(dtype) ? doubles : singles),
    prologue: () => [singles.prologue(), doubles.prologue()],
    number,
    loadOne: (address, dtype) => load(address, dtype),
    loadMany: (address, dtype) => load(address, dtype),
    loadEach: ([{ address, offset }], dtype) => load(address, dtype, offset),
    storeMany: (address, value, dtype) => store(address, value, dtype),
    storeOne: (address, value, dtype) => store(address, value, dtype),
    storeEach: ([{ address, offset }], value, dtype) => store(address, value, dtype, offset),
    ramp: (first) => first,
    integer(kind, a, b, dtype) {
      const result = integerOps[kind](a as Expression<"i32">, b as Expression<"i32">);
      const wraps = dtype === "uint8" && (kind === "add" || kind === "sub" || kind === "mul");
      return wraps ? i32.and(result, i32.const(255)) : result;
    },
    select: (mask, a, b) => ({
      type: a.type,
      code: [a.code, b.code, mask.code, a.type === "v128" ? [0x1c, 1, 0x7b] : 0x1b],
    }),
    cast(value, from, to) {
      const isFloat = from === "float32" || from === "float64";
      switch (to) {
        case "float32":
          return from === "float64"
            ? f32.demote(value as Expression<"f64">)
            : f32.convertS(value as Expression<"i32">);
        case "float64":
          return from === "float32"
            ? f64.promote(value as Expression<"f32">)
            : f64.convertS(value as Expression<"i32">);
        case "bool":
          if (from === "float32") return f32.ne(value as Expression<"f32">, f32.const(0));
          if (from === "float64") return f64.ne(value as Expression<"f64">, f64.const(0));
          return i32.ne(value as Expression<"i32">, i32.const(0));
        default: {
          const whole = !isFloat
            ? (value as Expression<"i32">)
            : from === "float32"
              ? i32.truncSatF32(value as Expression<"f32">)
              : i32.truncSatF64(value as Expression<"f64">);
          if (to === "int32") return whole;
          const kept = f.keep(whole);
          const low = f.keep(integerOps.max(kept, i32.const(0)));
          return integerOps.min(low, i32.const(255));
        }
      }
    },
    host(op, args, result) {
      const numbers = args.map(
        ({ value, dtype }) =>
          (isWide(dtype) ? value : machine.cast(value, dtype, "float64")) as Expression<"f64">,
      );
      const value = callHost(op, numbers);
      return result === "float64" ? value : result === "float32" ? f32.demote(value) : i32.truncSatF64(value);
    },
    keep: (value) => f.keep(value),
  };
  return machine;
}

/** Four values at a time: float32, int32, uint8 and bool. A float64 is no vector, and can be stored: the sum of a row. */
export function vectorMachine(f: FunctionBuilder, target: Target, callHost: CallHost): Machine {
  const lanes = float32x4(f, target);
  const zero = i32x4.const(0);
  /** The low four bytes as int32. */
  const widen = (bytes: Vector): Vector => i32x4.extendLowU16(i16x8.extendLowU8(bytes));
  const toMask = (ints: Vector): Vector => i32x4.ne(ints, zero);
  const finish = (ints: Vector, dtype: DType): Vector => (dtype === "bool" ? toMask(ints) : ints);
  /** Bytes of the lanes, in the low 32 bits. */
  const packed = (value: Vector, dtype: DType): Vector => {
    const ints = f.keep(dtype === "bool" ? i32x4.neg(value) : value);
    const halves = f.keep(i16x8.narrowU32(ints, ints));
    return i8x16.narrowU16(halves, halves);
  };
  const integerOps: Record<IntegerOp, (a: Vector, b: Vector) => Vector> = {
    add: i32x4.add,
    sub: i32x4.sub,
    mul: i32x4.mul,
    min: i32x4.min,
    max: i32x4.max,
    lt: i32x4.lt,
    eq: i32x4.eq,
    and: v128.and,
    or: v128.or,
    xor: v128.xor,
  };
  const machine: Machine = {
    f,
    width: 4,
    lanes: () => lanes,
    prologue: () => lanes.prologue(),
    number: (value, dtype) =>
      dtype === "float32"
        ? lanes.constant(value)
        : i32x4.const(dtype === "bool" ? -Number(value !== 0) : value),
    loadOne(address, dtype) {
      if (dtype === "float32" || dtype === "int32") return v128.load32Splat(address);
      return finish(i32x4.splat(i32.load8u(address)), dtype);
    },
    loadMany(address, dtype) {
      if (dtype === "float32" || dtype === "int32") return v128.load(address);
      return finish(widen(v128.load32Zero(address)), dtype);
    },
    loadEach(places, dtype) {
      const [{ address, offset }, ...rest] = places;
      if (dtype === "float32" || dtype === "int32") {
        return rest.reduce<Vector>(
          (vector, place, i) => v128.load32Lane(place.address, vector, i + 1, place.offset),
          v128.load32Zero(address, offset),
        );
      }
      const ints = rest.reduce<Vector>(
        (vector, place, i) => i32x4.replaceLane(vector, i + 1, i32.load8u(place.address, place.offset)),
        i32x4.splat(i32.load8u(address, offset)),
      );
      return finish(ints, dtype);
    },
    loadAlternate(first, second) {
      const bytes = [0, 8, 20, 28].flatMap((from) => [0, 1, 2, 3].map((byte) => from + byte));
      return v128.shuffle(v128.load(first), v128.load(second), bytes);
    },
    storeMany(address, value, dtype, count = 4) {
      const vector = value as Vector;
      const isByte = dtype === "uint8" || dtype === "bool";
      if (!isByte) {
        if (count === 4) return v128.store(address, vector);
        const kept = f.keep(vector);
        const at = f.keep(address);
        return [
          count >= 2 ? v128.store64Lane(at, kept, 0) : [],
          count % 2 === 1 ? v128.store32Lane(at, kept, count - 1, 4 * (count - 1)) : [],
        ];
      }
      if (count === 4) return v128.store32Lane(address, packed(vector, dtype), 0);
      const bytes = f.keep(packed(vector, dtype));
      const at = f.keep(address);
      return Array.from({ length: count }, (_, lane) => v128.store8Lane(at, bytes, lane, lane));
    },
    storeOne: (address, value, dtype) =>
      dtype === "float64"
        ? f64.store(address, value as Expression<"f64">)
        : machine.storeMany(address, value, dtype, 1),
    storeEach(places, value, dtype) {
      if (dtype === "float32" || dtype === "int32") {
        const kept = f.keep(value as Vector);
        return places.map(({ address, offset }, lane) => v128.store32Lane(address, kept, lane, offset));
      }
      const bytes = f.keep(packed(value as Vector, dtype));
      return places.map(({ address, offset }, lane) => v128.store8Lane(address, bytes, lane, offset));
    },
    ramp: (first, step) => i32x4.add(i32x4.splat(first), i32x4.const(0, step, 2 * step, 3 * step)),
    integer(kind, a, b, dtype) {
      const result = integerOps[kind](a as Vector, b as Vector);
      const wraps = dtype === "uint8" && (kind === "add" || kind === "sub" || kind === "mul");
      return wraps ? v128.and(result, i32x4.const(255)) : result;
    },
    select: (mask, a, b) => lanes.select(mask, a, b),
    cast(value, from, to) {
      const vector = value as Vector;
      if (from === "bool") {
        const ints = i32x4.neg(vector);
        return to === "float32" ? v128.and(vector, f32x4.const(1)) : ints;
      }
      if (to === "bool") return from === "float32" ? f32x4.ne(vector, f32x4.const(0)) : toMask(vector);
      if (to === "float32") return f32x4.convertS(vector);
      const whole = from === "float32" ? i32x4.truncSatF32(vector) : vector;
      return to === "int32" ? whole : i32x4.min(i32x4.max(whole, zero), i32x4.const(255));
    },
    host(op, args, result) {
      const kept = args.map(({ value, dtype }) => ({
        value: f.keep((dtype === "float32" ? value : machine.cast(value, dtype, "float32")) as Vector),
      }));
      // Each lane by itself. Integers beyond 2²⁴ take the scalar machine, so that nothing is rounded on the way.
      const results = [0, 1, 2, 3].map((lane) =>
        f.keep(
          f32.demote(
            callHost(
              op,
              kept.map(({ value }) => f64.promote(f32x4.extractLane(value, lane))),
            ),
          ),
        ),
      );
      const vector = results
        .slice(1)
        .reduce<Vector>((sum, one, i) => f32x4.replaceLane(sum, i + 1, one), f32x4.splat(results[0]));
      return result === "float32" ? vector : machine.cast(vector, "float32", result);
    },
    keep: (value) => f.keep(value),
  };
  return machine;
}
