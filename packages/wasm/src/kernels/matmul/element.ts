import type { ValueType } from "../../ir/index.ts";
import {
  type Expression,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  type Local,
  type Statement,
  v128,
} from "../../ir/index.ts";
import type { Target } from "../../target.ts";
import type { MatmulSpec } from "./spec.ts";

type Address = Expression<"i32">;

/** How products are computed: in vectors of as many elements as fit, or one by one. */
export interface Element {
  readonly bytes: 4 | 8;
  /** Elements in a value. */
  readonly lanes: 1 | 2 | 4;
  readonly type: ValueType;
  readonly isFused: boolean;
  zero(): Expression;
  load(address: Address, offset: number): Expression;
  /** One element in all lanes. */
  splat(address: Address, offset: number): Expression;
  add(a: Expression, b: Expression): Expression;
  /** `a b + c`. */
  madd(a: Expression, b: Expression, c: Expression): Expression;
  /** Stores the first lanes and touches nothing behind them. */
  store(address: Address, value: Local, lanes: number, offset: number): Statement;
}

function storeFirstLanes(
  address: Address,
  value: Local,
  lanes: number,
  bytes: 4 | 8,
  offset: number,
): Statement {
  const vector = value as Local<"v128">;
  switch ((lanes * bytes) / 4) {
    case 1:
      return v128.store32Lane(address, vector, 0, offset);
    case 2:
      return v128.store64Lane(address, vector, 0, offset);
    case 3:
      return [v128.store64Lane(address, vector, 0, offset), v128.store32Lane(address, vector, 2, offset + 8)];
    default:
      return v128.store(address, vector, offset);
  }
}

type V = Expression<"v128">;

interface VectorOps {
  add(a: V, b: V): V;
  mul(a: V, b: V): V;
  relaxedMadd?(a: V, b: V, c: V): V;
}

function vectors(ops: VectorOps, bytes: 4 | 8, isRelaxed: boolean): Element {
  const fused = isRelaxed ? ops.relaxedMadd : undefined;
  const madd = fused ?? ((a: V, b: V, c: V): V => ops.add(ops.mul(a, b), c));
  return {
    bytes,
    lanes: bytes === 4 ? 4 : 2,
    type: "v128",
    isFused: fused !== undefined,
    zero: () => f32x4.const(0),
    load: v128.load,
    splat: bytes === 4 ? v128.load32Splat : v128.load64Splat,
    add: ops.add as Element["add"],
    madd: madd as Element["madd"],
    store: (address, value, lanes, offset) => storeFirstLanes(address, value, lanes, bytes, offset),
  };
}

interface ScalarOps<T extends "f32" | "f64" | "i32"> {
  const(value: number): Expression<T>;
  load(address: Address, offset?: number): Expression<T>;
  store(address: Address, value: Expression<T>, offset?: number): Statement;
  add(a: Expression<T>, b: Expression<T>): Expression<T>;
  mul(a: Expression<T>, b: Expression<T>): Expression<T>;
}

function scalars<T extends "f32" | "f64" | "i32">(type: T, ops: ScalarOps<T>): Element {
  return {
    bytes: type === "f64" ? 8 : 4,
    lanes: 1,
    type,
    isFused: false,
    zero: () => ops.const(0),
    load: ops.load,
    splat: ops.load,
    add: ops.add as Element["add"],
    madd: ((a: Expression<T>, b: Expression<T>, c: Expression<T>) =>
      ops.add(ops.mul(a, b), c)) as Element["madd"],
    store: (address, value, _lanes, offset) => ops.store(address, value as Local<T>, offset),
  };
}

export function elementOf(dtype: MatmulSpec["dtype"], { simd }: Target): Element {
  if (simd === "none") {
    if (dtype === "float32") return scalars("f32", f32);
    return dtype === "float64" ? scalars("f64", f64) : scalars("i32", i32);
  }
  const ops = { float32: f32x4, float64: f64x2, int32: i32x4 }[dtype];
  return vectors(ops, dtype === "float64" ? 8 : 4, simd === "relaxed");
}
