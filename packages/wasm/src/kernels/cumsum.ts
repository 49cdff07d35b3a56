import type { DType } from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import { type Expression, FunctionBuilder, f32, f64, i32, loopWhile, select, when } from "../ir/index.ts";

/** Running sums of `count` elements, `inner` apart, for each of `outer · inner` of them. */
export interface CumsumSpec {
  readonly count: number;
  readonly inner: number;
  readonly dtype: DType;
}

/** Adds up along an axis: a function of the addresses of values, result and scratch, and a range of the sums that begin. */
export function cumsumKernel({ count, inner, dtype }: CumsumSpec): FunctionBuilder {
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32"]);
  const [values, result] = [f.parameter<"i32">(0), f.parameter<"i32">(1)];
  const bytes = bytesPerElement(dtype);
  const unit = f.local("i32");
  f.forRange(unit, f.parameter(3), f.parameter(4), 1, () => {
    const first = i32.add(
      i32.mul(i32.divu(unit, i32.const(inner)), i32.const(count * inner)),
      i32.remu(unit, i32.const(inner)),
    );
    const start = f.keep(i32.mul(first, i32.const(bytes)));
    const [from, to] = [f.keep(i32.add(values, start)), f.keep(i32.add(result, start))];
    const left = f.keep(i32.const(count));
    const step = dtype === "int32" ? addInteger() : addFloat();
    const body = f.capture(() => {
      step();
      f.emit(from.increase(inner * bytes), to.increase(inner * bytes));
    });
    f.emit(loopWhile(body, left.tee(i32.sub(left, i32.const(1)))));

    function addInteger(): () => void {
      const sum = f.keep(i32.const(0));
      return () => f.emit(sum.set(i32.add(sum, i32.load(from))), i32.store(to, sum));
    }

    /** The sum and what rounding has lost of it (Neumaier 1974). Where the sum overflows nothing is known to be lost. */
    function addFloat(): () => void {
      const [sum, lost] = [f.keep(f64.const(0)), f.keep(f64.const(0))];
      const x = f.local("f64");
      const load = (): Expression<"f64"> =>
        dtype === "float64" ? f64.load(from) : f64.promote(f32.load(from));
      return () => {
        f.emit(x.set(load()));
        const next = f.keep(f64.add(sum, x));
        const isSumLarger = f64.ge(f64.abs(sum), f64.abs(x));
        const part = f.keep(
          select(f64.add(f64.sub(sum, next), x), f64.add(f64.sub(x, next), sum), isSumLarger),
        );
        const isKnown = f64.eq(f64.sub(part, part), f64.const(0));
        f.emit(when(isKnown, lost.set(f64.add(lost, part))), sum.set(next));
        const total = f64.add(sum, lost);
        f.emit(dtype === "float64" ? f64.store(to, total) : f32.store(to, f32.demote(total)));
      };
    }
  });
  return f;
}
