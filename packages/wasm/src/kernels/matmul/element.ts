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
  type ValueType,
  v128,
} from "../../ir/index.ts";
import type { Target } from "../../target.ts";
import type { MatmulSpec } from "./spec.ts";

type Address = Expression<"i32">;

/** Neighbouring lanes of a vector, from `lane`, that stand `offset` bytes from an address. */
interface Run {
  readonly lane: number;
  readonly lanes: number;
  readonly offset: number;
}

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
  /** Is some lane NaN? */
  hasNaN(value: Local): Expression<"i32">;
  /** `a b + c`. */
  madd(a: Expression, b: Expression, c: Expression): Expression;
  /** The runs in their lanes; other lanes hold anything. A run that begins with lane 0 may be read past its end. */
  loadRuns(address: Address, runs: readonly Run[]): Expression;
  /** Stores the lanes of the run and touches nothing beside them. */
  store(address: Address, value: Local, run: Run): Statement;
}

type V = Expression<"v128">;

interface VectorOps {
  ne(a: V, b: V): V;
  add(a: V, b: V): V;
  mul(a: V, b: V): V;
  relaxedMadd?(a: V, b: V, c: V): V;
}

function vectors(ops: VectorOps, bytes: 4 | 8, isRelaxed: boolean): Element {
  const fused = isRelaxed ? ops.relaxedMadd : undefined;
  const madd = fused ?? ((a: V, b: V, c: V): V => ops.add(ops.mul(a, b), c));
  const lanes = bytes === 4 ? 4 : 2;
  const storeOne = bytes === 4 ? v128.store32Lane : v128.store64Lane;
  const loadOne = bytes === 4 ? v128.load32Lane : v128.load64Lane;
  return {
    bytes,
    lanes,
    type: "v128",
    isFused: fused !== undefined,
    zero: () => f32x4.const(0),
    load: v128.load,
    splat: bytes === 4 ? v128.load32Splat : v128.load64Splat,
    add: ops.add as Element["add"],
    hasNaN: (value) => v128.anyTrue(ops.ne(value as V, value as V)),
    madd: madd as Element["madd"],
    loadRuns: (address, runs) => {
      let value = v128.load(address, runs[0].offset);
      for (const run of runs.slice(1)) {
        for (let i = 0; i < run.lanes; i++) {
          value = loadOne(address, value, run.lane + i, run.offset + i * bytes);
        }
      }
      return value;
    },
    store: (address, value, run) => {
      const vector = value as Local<"v128">;
      if (run.lanes === lanes) return v128.store(address, vector, run.offset);
      const statements: Statement[] = [];
      for (let i = 0; i < run.lanes; ) {
        const lane = run.lane + i;
        const offset = run.offset + i * bytes;
        const isPair = bytes === 4 && lane % 2 === 0 && i + 1 < run.lanes;
        statements.push(
          isPair
            ? v128.store64Lane(address, vector, lane / 2, offset)
            : storeOne(address, vector, lane, offset),
        );
        i += isPair ? 2 : 1;
      }
      return statements;
    },
  };
}

interface ScalarOps<T extends "f32" | "f64" | "i32"> {
  const(value: number): Expression<T>;
  load(address: Address, offset?: number): Expression<T>;
  store(address: Address, value: Expression<T>, offset?: number): Statement;
  ne(a: Expression<T>, b: Expression<T>): Expression<"i32">;
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
    hasNaN: (value) => ops.ne(value as Local<T>, value as Local<T>),
    madd: ((a: Expression<T>, b: Expression<T>, c: Expression<T>) =>
      ops.add(ops.mul(a, b), c)) as Element["madd"],
    loadRuns: (address, [{ offset }]) => ops.load(address, offset),
    store: (address, value, { offset }) => ops.store(address, value as Local<T>, offset),
  };
}

export function elementOf(dtype: MatmulSpec["dtype"], target: Target): Element {
  if (!target.hasVectors) {
    if (dtype === "float32") return scalars("f32", f32);
    return dtype === "float64" ? scalars("f64", f64) : scalars("i32", i32);
  }
  const ops = { float32: f32x4, float64: f64x2, int32: i32x4 }[dtype];
  return vectors(ops, dtype === "float64" ? 8 : 4, target.isFused);
}
