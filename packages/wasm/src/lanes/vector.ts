import {
  type Expression,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  type Local,
  v128,
} from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import type { Target } from "../target.ts";
import { Constants } from "./constants.ts";
import { float32Sharing, float64Sharing } from "./scalar.ts";

type Vector = Expression<"v128">;

/** What float32x4 and float64x2 have in common, over their instructions. */
function vectorLanes(
  f: FunctionBuilder,
  floats: typeof f32x4 | typeof f64x2,
  integers: typeof i32x4 | typeof i64x2,
  target: Target,
): Omit<
  Lanes,
  | "dtype"
  | "width"
  | "isFused"
  | "constant"
  | "intConstant"
  | "prologue"
  | "abs"
  | "toInt"
  | "toFloat"
  | "wide"
  | "widen"
  | "narrow"
  | "copysign"
  | "perLane"
> {
  const one = (op: (a: Vector) => Vector) => (a: Expression) => op(a as Vector);
  const two = (op: (a: Vector, b: Vector) => Vector) => (a: Expression, b: Expression) =>
    op(a as Vector, b as Vector);
  const three =
    (op: (a: Vector, b: Vector, c: Vector) => Vector) => (a: Expression, b: Expression, c: Expression) =>
      op(a as Vector, b as Vector, c as Vector);
  const shift = (op: (a: Vector, count: Expression<"i32">) => Vector) => (a: Expression, count: number) =>
    op(a as Vector, i32.const(count));
  return {
    f,
    keep: (value) => f.keep(value),
    add: two(floats.add),
    sub: two(floats.sub),
    mul: two(floats.mul),
    div: two(floats.div),
    madd: three((a, b, c) =>
      target.isFused ? floats.relaxedMadd(a, b, c) : floats.add(floats.mul(a, b), c),
    ),
    nmadd: three((a, b, c) =>
      target.isFused ? floats.relaxedNmadd(a, b, c) : floats.sub(c, floats.mul(a, b)),
    ),
    sqrt: one(floats.sqrt),
    neg: one(floats.neg),
    floor: one(floats.floor),
    trunc: one(floats.trunc),
    nearest: one(floats.nearest),
    min: two(floats.min),
    max: two(floats.max),
    atMost: two(floats.pmin),
    atLeast: two(floats.pmax),
    lt: two(floats.lt),
    le: two(floats.le),
    eq: two(floats.eq),
    ne: two(floats.ne),
    and: two(v128.and),
    or: two(v128.or),
    not: one(v128.not),
    select: (mask, a, b) =>
      (target.isFused ? floats.relaxedSelect : v128.bitselect)(a as Vector, b as Vector, mask as Vector),
    any: (mask) => v128.anyTrue(mask as Vector),
    bits: (a) => a,
    fromBits: (a) => a,
    intAdd: two(integers.add),
    intSub: two(integers.sub),
    intAnd: two(v128.and),
    intOr: two(v128.or),
    intXor: two(v128.xor),
    shl: shift(integers.shl),
    shr: shift(integers.shrs),
    shru: shift(integers.shru),
    intLt: two(integers.lt),
    intEq: two(integers.eq),
  };
}

/** All bits but the sign bit of −0, which stays in a register: an engine's own instruction makes it each time. */
function abs(signBits: Expression, a: Expression): Vector {
  return v128.andnot(a as Vector, signBits as Vector);
}

/** Bits of `b` where the mask is 1: the sign bit of −0. */
function copysign(signBits: Expression, a: Expression, b: Expression): Vector {
  return v128.bitselect(b as Vector, a as Vector, signBits as Vector);
}

/** Runs `write` once for each lane: always on the first, after which all vectors are turned by one lane. */
function perLane(
  scalarLanes: () => Lanes,
  width: number,
  turn: readonly number[],
  first: { extract: (a: Vector) => Expression; replace: (a: Vector, value: Expression) => Vector },
): Lanes["perLane"] {
  return (inputs, outputs, write) => {
    const scalar = scalarLanes();
    const { f } = scalar;
    const turned = inputs.map((input) => f.keep(input as Local<"v128">));
    const results = outputs as readonly Local<"v128">[];
    const lane = f.local("i32");
    f.forRange(lane, i32.const(0), i32.const(width), 1, () => {
      const values = write(
        scalar,
        turned.map((vector) => f.keep(first.extract(vector))),
      ).map((value) => f.keep(value));
      f.emit(...results.map((result, i) => result.set(first.replace(result, values[i]))));
      f.emit(...[...turned, ...results].map((vector) => vector.set(v128.shuffle(vector, vector, turn))));
    });
  };
}

const TURN_32 = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3];
const TURN_64 = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** Two float64 in a vector, with constants shared with other lanes of the function. */
function pairs(f: FunctionBuilder, target: Target, constants: Constants): Lanes {
  const common = vectorLanes(f, f64x2, i64x2, target);
  const constant = (value: number): Local =>
    constants.local(`f64x2 ${Object.is(value, -0) ? "-0" : value}`, () => f64x2.splat(f64.const(value)));
  const intConstant = (value: number | bigint): Local =>
    constants.local(`i64x2 ${BigInt.asIntN(64, BigInt(value))}`, () => i64x2.splat(i64.const(BigInt(value))));
  const shifted = 1.5 * 2 ** 52;
  const shiftedBits = 0x4338000000000000n;
  const lanes: Lanes = {
    ...common,
    dtype: "float64",
    width: 2,
    get isFused() {
      return target.isFused;
    },
    constant,
    intConstant,
    prologue: () => constants.statement(),
    abs: (a) => abs(constant(-0), a),
    copysign: (a, b) => copysign(constant(-0), a, b),
    toInt: (a) => common.intSub(common.add(a, constant(shifted)), intConstant(shiftedBits)),
    toFloat: (a) => common.sub(common.intAdd(a, intConstant(shiftedBits)), constant(shifted)),
    get wide() {
      return lanes;
    },
    widen: (a) => [f.keep(a)],
    narrow: ([a]) => a,
    perLane: perLane(() => float64Sharing(f, constants), 2, TURN_64, {
      extract: (a) => f64x2.extractLane(a, 0),
      replace: (a, value) => f64x2.replaceLane(a, 0, value as Expression<"f64">),
    }),
  };
  return lanes;
}

/** Two float64 in a vector. */
export function float64x2(f: FunctionBuilder, target: Target): Lanes {
  return pairs(f, target, new Constants(f));
}

const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** Four float32 in a vector. */
export function float32x4(f: FunctionBuilder, target: Target): Lanes {
  const constants = new Constants(f);
  const common = vectorLanes(f, f32x4, i32x4, target);
  const constant = (value: number): Local =>
    constants.local(`f32x4 ${Object.is(value, -0) ? "-0" : value}`, () => f32x4.splat(f32.const(value)));
  const intConstant = (value: number | bigint): Local =>
    constants.local(`i32x4 ${Number(value) | 0}`, () => i32x4.splat(i32.const(Number(value))));
  const shifted = 1.5 * 2 ** 23;
  // Most functions need no wide lanes.
  let wide: Lanes | undefined;
  return {
    ...common,
    dtype: "float32",
    width: 4,
    get isFused() {
      return target.isFused;
    },
    constant,
    intConstant,
    prologue: () => constants.statement(),
    abs: (a) => abs(constant(-0), a),
    copysign: (a, b) => copysign(constant(-0), a, b),
    toInt: (a) => common.intSub(common.add(a, constant(shifted)), intConstant(0x4b400000)),
    toFloat: (a) => f32x4.convertS(a as Vector),
    get wide() {
      wide ??= pairs(f, target, constants);
      return wide;
    },
    widen(a) {
      const kept = f.keep(a as Vector);
      return [kept, v128.shuffle(kept, kept, HIGH_HALF)].map((half) => f.keep(f64x2.promoteLow(half)));
    },
    narrow([low, high]) {
      return v128.shuffle(f32x4.demoteZero(low as Vector), f32x4.demoteZero(high as Vector), LOW_HALVES);
    },
    perLane: perLane(() => float32Sharing(f, constants), 4, TURN_32, {
      extract: (a) => f32x4.extractLane(a, 0),
      replace: (a, value) => f32x4.replaceLane(a, 0, value as Expression<"f32">),
    }),
  };
}
