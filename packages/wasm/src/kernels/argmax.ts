import { type DType, isFloat } from "@adjoint/tensor";
import { bytesPerElement } from "@adjoint/tensor/engine";
import {
  type Expression,
  FunctionBuilder,
  f32,
  f32x4,
  f64,
  i16x8,
  i32,
  i32x4,
  type Local,
  loopWhile,
  select,
  v128,
  when,
} from "../ir/index.ts";
import type { Target } from "../target.ts";

/** The place of the largest of `count` elements, `inner` apart, for each of `outer · inner` of them. */
export interface ArgmaxSpec {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
  readonly dtype: DType;
}

interface FloatComparisons {
  le(a: Expression, b: Expression): Expression<"i32">;
  eq(a: Expression, b: Expression): Expression<"i32">;
}

function isVector({ inner, dtype }: ArgmaxSpec, target: Target): boolean {
  return target.hasVectors && inner > 1 && dtype !== "float64";
}

/** Pieces of work: outputs, or blocks of up to four neighbours. */
export function argmaxUnits(spec: ArgmaxSpec, target: Target): number {
  return spec.outer * (isVector(spec, target) ? Math.ceil(spec.inner / 4) : spec.inner);
}

/**
 * Finds the first largest elements; NaN is larger than any number, and the first NaN counts. A function of the addresses of values,
 * result and scratch, and a range of {@link argmaxUnits}.
 */
export function argmaxKernel(spec: ArgmaxSpec, target: Target): FunctionBuilder {
  const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32"]);
  const unit = f.local("i32");
  f.forRange(unit, f.parameter(3), f.parameter(4), 1, () => {
    if (isVector(spec, target)) fourPlaces(f, spec, unit);
    else onePlace(f, spec, unit);
  });
  return f;
}

/** Neighbouring outputs in lanes. */
function fourPlaces(f: FunctionBuilder, { count, inner, dtype }: ArgmaxSpec, unit: Local<"i32">): void {
  const [values, result] = [f.parameter<"i32">(0), f.parameter<"i32">(1)];
  const blocks = Math.ceil(inner / 4);
  const block = f.keep(i32.divu(unit, i32.const(blocks)));
  const column = f.keep(i32.shl(i32.remu(unit, i32.const(blocks)), i32.const(2)));
  const bytes = bytesPerElement(dtype);
  const first = i32.add(i32.mul(block, i32.const(count * inner)), column);
  const at = f.keep(i32.add(values, i32.mul(first, i32.const(bytes))));
  const load = (): Expression<"v128"> =>
    bytes === 4 ? v128.load(at) : i32x4.extendLowU16(i16x8.extendLowU8(v128.load32Zero(at)));
  const largest = f.keep(load());
  const place = f.keep(i32x4.const(0));
  const k = f.local("i32");
  f.forRange(k, i32.const(1), i32.const(count), 1, () => {
    f.emit(at.increase(bytes * inner));
    const candidate = f.keep(load());
    const isLarger =
      dtype !== "float32"
        ? i32x4.gt(candidate, largest)
        : // "Not at most" holds for NaN, of which the first is kept.
          v128.and(v128.not(f32x4.le(candidate, largest)), f32x4.eq(largest, largest));
    const mask = f.keep(isLarger);
    f.emit(
      largest.set(v128.bitselect(candidate, largest, mask)),
      place.set(v128.bitselect(i32x4.splat(k), place, mask)),
    );
  });
  const to = f.keep(
    i32.add(result, i32.shl(i32.add(i32.mul(block, i32.const(inner)), column), i32.const(2))),
  );
  const store = (lanes: number): void => {
    if (lanes === 4) f.emit(v128.store(to, place));
    else for (let lane = 0; lane < lanes; lane++) f.emit(v128.store32Lane(to, place, lane, 4 * lane));
  };
  if (inner % 4 === 0) store(4);
  else {
    const isWhole = i32.le(column, i32.const(inner - 4));
    f.emit(
      when(
        isWhole,
        f.capture(() => store(4)),
        f.capture(() => store(inner % 4)),
      ),
    );
  }
}

function onePlace(f: FunctionBuilder, { count, inner, dtype }: ArgmaxSpec, unit: Local<"i32">): void {
  const [values, result] = [f.parameter<"i32">(0), f.parameter<"i32">(1)];
  const bytes = bytesPerElement(dtype);
  const first =
    inner === 1
      ? i32.mul(unit, i32.const(count))
      : i32.add(
          i32.mul(i32.divu(unit, i32.const(inner)), i32.const(count * inner)),
          i32.remu(unit, i32.const(inner)),
        );
  const at = f.keep(i32.add(values, i32.mul(first, i32.const(bytes))));
  const load = (): Expression => {
    if (dtype === "float32") return f32.load(at);
    if (dtype === "float64") return f64.load(at);
    return dtype === "int32" ? i32.load(at) : i32.load8u(at);
  };
  const largest = f.keep(load());
  const candidate = f.local(largest.type);
  const place = f.keep(i32.const(0));
  const isLarger = (): Expression<"i32"> => {
    if (!isFloat(dtype)) return i32.gt(candidate as Local<"i32">, largest as Local<"i32">);
    const { le, eq } = (dtype === "float32" ? f32 : f64) as FloatComparisons;
    return i32.and(i32.eqz(le(candidate, largest)), eq(largest, largest));
  };
  if (count > 1) {
    const k = f.keep(i32.const(1));
    const body = f.capture(() => {
      f.emit(at.increase(inner * bytes), candidate.set(load()));
      const isNext = f.keep(isLarger());
      f.emit(largest.set(select(candidate, largest, isNext)), place.set(select(k, place, isNext)));
    });
    f.emit(loopWhile(body, i32.lt(k.tee(i32.add(k, i32.const(1))), i32.const(count))));
  }
  f.emit(i32.store(i32.add(result, i32.shl(unit, i32.const(2))), place));
}
