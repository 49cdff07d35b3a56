import {
  type Expression,
  type FunctionBuilder,
  f32,
  f64,
  i32,
  i64,
  type Local,
  select,
  type ValueType,
} from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { Constants } from "./constants.ts";

/** What one float32 and one float64 have in common, over their instructions and those of the integers that hold their bits. */
function scalarLanes<F extends "f32" | "f64", I extends "i32" | "i64">(
  f: FunctionBuilder,
  floats: F extends "f32" ? typeof f32 : typeof f64,
  integers: I extends "i32" ? typeof i32 : typeof i64,
  shiftCount: (count: number) => Expression<I>,
): Omit<
  Lanes,
  | "dtype"
  | "constant"
  | "intConstant"
  | "prologue"
  | "toInt"
  | "toFloat"
  | "wide"
  | "widen"
  | "narrow"
  | "fromBits"
  | "bits"
  | "perLane"
> {
  // The instructions' types are those of the caller's dtype, which Expression does not know.
  type Of<T extends ValueType> = (...operands: readonly Expression[]) => Expression<T>;
  const float = floats as unknown as Record<keyof typeof f32 & keyof typeof f64, Of<F>>;
  const compare = floats as unknown as Record<"lt" | "gt" | "le" | "eq" | "ne", Of<"i32">>;
  const integer = integers as unknown as Record<keyof typeof i32 & keyof typeof i64, Of<I>>;
  const compareIntegers = integers as unknown as Record<"lt" | "eq", Of<"i32">>;
  const choose = (mask: Expression, a: Expression, b: Expression): Expression =>
    select(a, b, mask as Expression<"i32">);
  return {
    f,
    width: 1,
    isFused: false,
    keep: (value) => f.keep(value),
    add: (a, b) => float.add(a, b),
    sub: (a, b) => float.sub(a, b),
    mul: (a, b) => float.mul(a, b),
    div: (a, b) => float.div(a, b),
    madd: (a, b, c) => float.add(float.mul(a, b), c),
    nmadd: (a, b, c) => float.sub(c, float.mul(a, b)),
    sqrt: (a) => float.sqrt(a),
    abs: (a) => float.abs(a),
    neg: (a) => float.neg(a),
    floor: (a) => float.floor(a),
    trunc: (a) => float.trunc(a),
    nearest: (a) => float.nearest(a),
    min: (a, b) => float.min(a, b),
    max: (a, b) => float.max(a, b),
    atMost: (a, bound) => float.min(a, bound),
    atLeast: (a, bound) => float.max(a, bound),
    copysign: (a, b) => float.copysign(a, b),
    lt: (a, b) => compare.lt(a, b),
    le: (a, b) => compare.le(a, b),
    eq: (a, b) => compare.eq(a, b),
    ne: (a, b) => compare.ne(a, b),
    and: (a, b) => i32.and(a as Expression<"i32">, b as Expression<"i32">),
    or: (a, b) => i32.or(a as Expression<"i32">, b as Expression<"i32">),
    not: (a) => i32.eqz(a as Expression<"i32">),
    select: choose,
    any: (mask) => mask as Expression<"i32">,
    intAdd: (a, b) => integer.add(a, b),
    intSub: (a, b) => integer.sub(a, b),
    intAnd: (a, b) => integer.and(a, b),
    intOr: (a, b) => integer.or(a, b),
    intXor: (a, b) => integer.xor(a, b),
    shl: (a, count) => integer.shl(a, shiftCount(count)),
    shr: (a, count) => integer.shrs(a, shiftCount(count)),
    shru: (a, count) => integer.shru(a, shiftCount(count)),
    intLt: (a, b) => compareIntegers.lt(a, b),
    intEq: (a, b) => compareIntegers.eq(a, b),
  };
}

/** One float64, with constants shared with other lanes of the function. */
export function float64Sharing(f: FunctionBuilder, constants: Constants): Lanes {
  const common = scalarLanes<"f64", "i64">(f, f64, i64, (count) => i64.const(BigInt(count)));
  const constant = (value: number): Local =>
    constants.local(`f64 ${Object.is(value, -0) ? "-0" : value}`, () => f64.const(value));
  const intConstant = (value: number | bigint): Local =>
    constants.local(`i64 ${BigInt.asIntN(64, BigInt(value))}`, () => i64.const(BigInt(value)));
  const shifted = 1.5 * 2 ** 52;
  const lanes: Lanes = {
    ...common,
    dtype: "float64",
    constant,
    intConstant,
    prologue: () => constants.statement(),
    bits: (a) => i64.reinterpret(a as Expression<"f64">),
    fromBits: (a) => f64.reinterpret(a as Expression<"i64">),
    toInt: (a) =>
      i64.sub(
        i64.reinterpret(f64.add(a as Expression<"f64">, f64.const(shifted))),
        i64.const(0x4338000000000000n),
      ),
    toFloat: (a) => f64.convertS64(a as Expression<"i64">),
    get wide() {
      return lanes;
    },
    widen: (a) => [f.keep(a)],
    narrow: ([a]) => a,
    perLane: (inputs, outputs, write) => assign(f, outputs, write(lanes, inputs)),
  };
  return lanes;
}

function assign(f: FunctionBuilder, locals: readonly Local[], values: readonly Expression[]): void {
  // All are computed before the first is set, as one may be read by the next.
  const kept = values.map((value) => f.keep(value));
  f.emit(...locals.map((local, i) => local.set(kept[i])));
}

/** One float64. */
export function float64(f: FunctionBuilder): Lanes {
  return float64Sharing(f, new Constants(f));
}

/** One float32. */
export function float32(f: FunctionBuilder): Lanes {
  return float32Sharing(f, new Constants(f));
}

/** One float32, with constants shared with other lanes of the function. */
export function float32Sharing(f: FunctionBuilder, constants: Constants): Lanes {
  const common = scalarLanes<"f32", "i32">(f, f32, i32, (count) => i32.const(count));
  let wide: Lanes | undefined;
  const lanes: Lanes = {
    ...common,
    dtype: "float32",
    constant: (value) =>
      constants.local(`f32 ${Object.is(value, -0) ? "-0" : value}`, () => f32.const(value)),
    intConstant: (value) => constants.local(`i32 ${Number(value) | 0}`, () => i32.const(Number(value))),
    prologue: () => constants.statement(),
    bits: (a) => i32.reinterpret(a as Expression<"f32">),
    fromBits: (a) => f32.reinterpret(a as Expression<"i32">),
    toInt: (a) =>
      i32.sub(
        i32.reinterpret(f32.add(a as Expression<"f32">, f32.const(1.5 * 2 ** 23))),
        i32.const(0x4b400000),
      ),
    toFloat: (a) => f32.convertS(a as Expression<"i32">),
    get wide() {
      wide ??= float64Sharing(f, constants);
      return wide;
    },
    widen: (a) => [f.keep(f64.promote(a as Expression<"f32">))],
    narrow: ([a]) => f32.demote(a as Expression<"f64">),
    perLane: (inputs, outputs, write) => assign(f, outputs, write(lanes, inputs)),
  };
  return lanes;
}
