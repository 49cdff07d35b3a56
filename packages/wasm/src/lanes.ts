import type { Expression, FunctionBuilder, Local, Statement } from "./ir/index.ts";

/**
 * Arithmetic on floats of one kind, in as many lanes as fit: four float32 or two float64 in a vector, or one scalar. Functions written
 * with it (`math/`) serve all. Every operation takes and gives expressions; a value that is used twice must be kept in a local first
 * ({@link Lanes.keep}), as an expression is code that runs where it stands.
 *
 * Constants live in locals that {@link Lanes.prologue} sets. Who owns the function captures its body and puts that in front:
 *
 *     const body = f.capture(() => { …forRange, math functions… });
 *     f.emit(lanes.prologue(), body);
 */
export interface Lanes {
  /** The function that the code is written into. */
  readonly f: FunctionBuilder;
  readonly dtype: "float32" | "float64";
  /** Lanes in a value: 4, 2, or 1. */
  readonly width: 1 | 2 | 4;
  /** Is `madd` rounded once? */
  readonly isFused: boolean;

  /** The value in a local of its own, to be used more than once. */
  keep(value: Expression): Local;
  /** The number in every lane, rounded to the dtype: a local, set once by the prologue however often it is asked for. */
  constant(value: number): Local;
  /**
   * Sets the constants' locals: to be run before any code that was written with these lanes, outside its loops. Constants of `wide`
   * and of the scalars of `perLane` are among them.
   *
   * A vector is splat from a scalar: from Node 24 on V8 builds a `v128.const` anew wherever its local is read, and exp takes three
   * times as long; on Node 20 either way is as fast.
   */
  prologue(): Statement;

  add(a: Expression, b: Expression): Expression;
  sub(a: Expression, b: Expression): Expression;
  mul(a: Expression, b: Expression): Expression;
  div(a: Expression, b: Expression): Expression;
  /** `a b + c`, rounded once where the target has it. */
  madd(a: Expression, b: Expression, c: Expression): Expression;
  /** `c − a b`. */
  nmadd(a: Expression, b: Expression, c: Expression): Expression;
  sqrt(a: Expression): Expression;
  abs(a: Expression): Expression;
  neg(a: Expression): Expression;
  floor(a: Expression): Expression;
  trunc(a: Expression): Expression;
  /** To the nearest whole number, ties to even. */
  nearest(a: Expression): Expression;
  /** The smaller; NaN if either is NaN, −0 below 0. */
  min(a: Expression, b: Expression): Expression;
  max(a: Expression, b: Expression): Expression;
  /** `bound` where `a` is larger (smaller), else `a`, which may be NaN: one instruction, where `min` is several. */
  atMost(a: Expression, bound: Expression): Expression;
  atLeast(a: Expression, bound: Expression): Expression;
  /** The size of `a` with the sign of `b`. */
  copysign(a: Expression, b: Expression): Expression;

  /** Comparisons give masks: all bits of a lane in a vector, 0 or 1 as i32 for a scalar. NaN compares false, but for `ne`. */
  lt(a: Expression, b: Expression): Expression;
  le(a: Expression, b: Expression): Expression;
  eq(a: Expression, b: Expression): Expression;
  ne(a: Expression, b: Expression): Expression;
  and(a: Expression, b: Expression): Expression;
  or(a: Expression, b: Expression): Expression;
  not(a: Expression): Expression;
  /** `a` where the mask holds, else `b`; both are computed. Floats or integers alike. */
  select(mask: Expression, a: Expression, b: Expression): Expression;
  /** Does the mask hold in some lane? An i32 for `when`, to skip what is seldom needed. */
  any(mask: Expression): Expression<"i32">;

  /** The bits as integers of the same width, and back. They cost nothing in a vector. */
  bits(a: Expression): Expression;
  fromBits(a: Expression): Expression;
  /** Integers in lanes: int32 for float32, int64 for float64. */
  intConstant(value: number | bigint): Local;
  intAdd(a: Expression, b: Expression): Expression;
  intSub(a: Expression, b: Expression): Expression;
  intAnd(a: Expression, b: Expression): Expression;
  intOr(a: Expression, b: Expression): Expression;
  intXor(a: Expression, b: Expression): Expression;
  /** Shifts by a constant; `shr` keeps the sign. */
  shl(a: Expression, count: number): Expression;
  shr(a: Expression, count: number): Expression;
  shru(a: Expression, count: number): Expression;
  /** Signed comparison of integers, as a mask. */
  intLt(a: Expression, b: Expression): Expression;
  intEq(a: Expression, b: Expression): Expression;
  /**
   * A float that holds a whole number of size below 2²² (float32) or 2⁵¹ (float64) as an integer, and back; garbage outside. float64
   * vectors have no such instructions: adding 1.5 · 2⁵² does it.
   */
  toInt(a: Expression): Expression;
  toFloat(a: Expression): Expression;

  /** Lanes of float64 in the same function, of which {@link Lanes.widen} fills two vectors from four float32. These lanes, if float64. */
  readonly wide: Lanes;
  /** The lanes as float64, lowest first. */
  widen(a: Expression): readonly Local[];
  /** Rounds what {@link Lanes.widen} gave back to the dtype. */
  narrow(parts: readonly Expression[]): Expression;

  /**
   * Lane by lane what vectors cannot: `write` gets the inputs as scalars and gives those that go into the outputs, which are locals
   * of float lanes.
   */
  perLane(
    inputs: readonly Local[],
    outputs: readonly Local[],
    write: (scalar: Lanes, inputs: readonly Local[]) => readonly Expression[],
  ): void;
}
