import type { DType } from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import {
  type Expression,
  FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  loopWhile,
  select,
  v128,
  when,
} from "../ir/index.ts";
import type { Target } from "../target.ts";

/** Running sums of `count` elements, `inner` apart, for each of `outer · inner` of them. */
export interface CumsumSpec {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
  readonly dtype: DType;
}

/** Running sums that go along together: neighbours in lanes. */
function widthOf({ inner, dtype }: CumsumSpec, target: Target): 1 | 4 {
  return target.hasVectors && inner >= 4 && dtype === "float32" ? 4 : 1;
}

/** Pieces of work: sums, or blocks of up to four neighbours. */
export function cumsumUnits(spec: CumsumSpec, target: Target): number {
  return spec.outer * Math.ceil(spec.inner / widthOf(spec, target));
}

/**
 * Adds up along an axis, with what rounding has lost beside (Neumaier 1974); where a sum overflows, nothing is known to be lost. A
 * function of the addresses of values, result and scratch, and a range of {@link cumsumUnits}.
 */
export function cumsumKernel(spec: CumsumSpec, target: Target): FunctionBuilder {
  const { count, inner, dtype } = spec;
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32"]);
  const [values, result] = [f.parameter<"i32">(0), f.parameter<"i32">(1)];
  const bytes = bytesPerElement(dtype);
  const width = widthOf(spec, target);
  const blocks = Math.ceil(inner / width);
  const unit = f.local("i32");
  f.forRange(unit, f.parameter(3), f.parameter(4), 1, () => {
    const column = f.keep(i32.mul(i32.remu(unit, i32.const(blocks)), i32.const(width)));
    // The last four columns may begin in another block, which computes the same.
    if (inner % width !== 0)
      f.emit(when(i32.gt(column, i32.const(inner - width)), column.set(i32.const(inner - width))));
    const first = i32.add(i32.mul(i32.divu(unit, i32.const(blocks)), i32.const(count * inner)), column);
    const start = f.keep(i32.mul(first, i32.const(bytes)));
    const [from, to] = [f.keep(i32.add(values, start)), f.keep(i32.add(result, start))];
    const left = f.keep(i32.const(count));
    const steps = { 1: dtype === "int32" ? addInteger : addFloat, 4: addFour };
    const step = steps[width](f, from, to, dtype);
    const body = f.capture(() => {
      step();
      f.emit(from.increase(inner * bytes), to.increase(inner * bytes));
    });
    f.emit(loopWhile(body, left.tee(i32.sub(left, i32.const(1)))));
  });
  return f;
}

/** Clears a sum, and gives what writes one step of it. */
type Sum = (f: FunctionBuilder, from: Local<"i32">, to: Local<"i32">, dtype: DType) => () => void;

const addInteger: Sum = (f, from, to) => {
  const sum = f.keep(i32.const(0));
  return () => f.emit(sum.set(i32.add(sum, i32.load(from))), i32.store(to, sum));
};

const addFloat: Sum = (f, from, to, dtype) => {
  const [sum, lost] = [f.keep(f64.const(0)), f.keep(f64.const(0))];
  const isWide = dtype === "float64";
  return () => {
    const x: Local<"f64"> = f.keep(isWide ? f64.load(from) : f64.promote(f32.load(from)));
    const next = f.keep(f64.add(sum, x));
    const isSumLarger = f64.ge(f64.abs(sum), f64.abs(x));
    const part = f.keep(select(f64.add(f64.sub(sum, next), x), f64.add(f64.sub(x, next), sum), isSumLarger));
    const isKnown = f64.eq(f64.sub(part, part), f64.const(0));
    f.emit(when(isKnown, lost.set(f64.add(lost, part))), sum.set(next));
    const total = f64.add(sum, lost);
    f.emit(isWide ? f64.store(to, total) : f32.store(to, f32.demote(total)));
  };
};

const addFour: Sum = (f, from, to) => {
  const zero = f.keep(f64x2.const(0));
  const halves = [0, 8].map((offset) => ({ offset, sum: f.keep(zero), lost: f.keep(zero) }));
  return () => {
    const [low, high] = halves.map(({ offset, sum, lost }): Expression<"v128"> => {
      const x = f.keep(f64x2.promoteLow(v128.load64Zero(from, offset)));
      const next = f.keep(f64x2.add(sum, x));
      const isSumLarger = f64x2.ge(f64x2.abs(sum), f64x2.abs(x));
      const part = f.keep(
        v128.bitselect(f64x2.add(f64x2.sub(sum, next), x), f64x2.add(f64x2.sub(x, next), sum), isSumLarger),
      );
      const isKnown = f64x2.eq(f64x2.sub(part, part), zero);
      f.emit(lost.set(f64x2.add(lost, v128.and(part, isKnown))), sum.set(next));
      return f.keep(f32x4.demoteZero(f64x2.add(sum, lost)));
    });
    const joined = Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8));
    f.emit(v128.store(to, v128.shuffle(low, high, joined)));
  };
};
