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

/** Are the elements neighbours, and enough for vectors? */
function isVectorRow({ inner, count, dtype }: ArgmaxSpec, target: Target): boolean {
  return target.hasVectors && inner === 1 && count >= 8 && dtype !== "float64";
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
    else if (isVectorRow(spec, target)) placeInRow(f, spec, unit);
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
  const largest = f.keep(loadFour(at, dtype));
  const place = f.keep(i32x4.const(0));
  const k = f.local("i32");
  f.forRange(k, i32.const(1), i32.const(count), 1, () => {
    f.emit(at.increase(bytes * inner));
    const candidate = f.keep(loadFour(at, dtype));
    const mask = f.keep(areLarger(candidate, largest, dtype));
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

/** Four neighbours: float32, or integers as int32. */
function loadFour(at: Local<"i32">, dtype: DType): Expression<"v128"> {
  return bytesPerElement(dtype) === 4
    ? v128.load(at)
    : i32x4.extendLowU16(i16x8.extendLowU8(v128.load32Zero(at)));
}

/** Is each larger than the largest so far? "Not at most" holds for NaN, of which the first is kept. */
function areLarger(candidate: Local<"v128">, largest: Local<"v128">, dtype: DType): Expression<"v128"> {
  if (dtype !== "float32") return i32x4.gt(candidate, largest);
  return v128.and(v128.not(f32x4.le(candidate, largest)), f32x4.eq(largest, largest));
}

/** A row: the first largest of every fourth element in each lane, of these the first, and then what is left of the row. */
function placeInRow(f: FunctionBuilder, { count, dtype }: ArgmaxSpec, unit: Local<"i32">): void {
  const [values, result] = [f.parameter<"i32">(0), f.parameter<"i32">(1)];
  const bytes = bytesPerElement(dtype);
  const at = f.keep(i32.add(values, i32.mul(unit, i32.const(count * bytes))));
  const largest = f.keep(loadFour(at, dtype));
  const places = f.keep(i32x4.const(0, 1, 2, 3));
  const present = f.keep(places);
  const k = f.local("i32");
  const whole = count - (count % 4);
  f.forRange(k, i32.const(4), i32.const(whole), 4, () => {
    f.emit(at.increase(4 * bytes), present.set(i32x4.add(present, i32x4.const(4))));
    const candidate = f.keep(loadFour(at, dtype));
    const mask = f.keep(areLarger(candidate, largest, dtype));
    f.emit(
      largest.set(v128.bitselect(candidate, largest, mask)),
      places.set(v128.bitselect(present, places, mask)),
    );
  });
  const isFloat32 = dtype === "float32";
  const lane = (i: number): Expression =>
    isFloat32 ? f32x4.extractLane(largest, i) : i32x4.extractLane(largest, i);
  const best = f.keep(lane(0));
  const place = f.keep(i32x4.extractLane(places, 0));
  const take = (candidate: Local, its: Local<"i32">, isTaken: Expression<"i32">): void => {
    const taken = f.keep(isTaken);
    f.emit(best.set(select(candidate, best, taken)), place.set(select(its, place, taken)));
  };
  for (const i of [1, 2, 3]) {
    const candidate = f.keep(lane(i));
    const its = f.keep(i32x4.extractLane(places, i));
    const isFirst = i32.and(isAsLarge(candidate, best, dtype), i32.lt(its, place));
    take(candidate, its, i32.or(isLarger(candidate, best, dtype), isFirst));
  }
  for (let i = whole; i < count; i++) {
    const offset = (i - whole + 4) * bytes;
    const candidate = f.keep(
      isFloat32 ? f32.load(at, offset) : dtype === "int32" ? i32.load(at, offset) : i32.load8u(at, offset),
    );
    take(candidate, f.keep(i32.const(i)), isLarger(candidate, best, dtype));
  }
  f.emit(i32.store(i32.add(result, i32.shl(unit, i32.const(2))), place));
}

/** Is it larger than the largest so far? */
function isLarger(candidate: Local, largest: Local, dtype: DType): Expression<"i32"> {
  if (!isFloat(dtype)) return i32.gt(candidate as Local<"i32">, largest as Local<"i32">);
  const { le, eq } = (dtype === "float32" ? f32 : f64) as FloatComparisons;
  return i32.and(i32.eqz(le(candidate, largest)), eq(largest, largest));
}

/** Is neither larger: are they equal, or both NaN? */
function isAsLarge(a: Local, b: Local, dtype: DType): Expression<"i32"> {
  if (!isFloat(dtype)) return i32.eq(a as Local<"i32">, b as Local<"i32">);
  const { eq } = (dtype === "float32" ? f32 : f64) as FloatComparisons;
  return i32.or(eq(a, b), i32.and(i32.eqz(eq(a, a)), i32.eqz(eq(b, b))));
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
  if (count > 1) {
    const k = f.keep(i32.const(1));
    const body = f.capture(() => {
      f.emit(at.increase(inner * bytes), candidate.set(load()));
      const isNext = f.keep(isLarger(candidate, largest, dtype));
      f.emit(largest.set(select(candidate, largest, isNext)), place.set(select(k, place, isNext)));
    });
    f.emit(loopWhile(body, i32.lt(k.tee(i32.add(k, i32.const(1))), i32.const(count))));
  }
  f.emit(i32.store(i32.add(result, i32.shl(unit, i32.const(2))), place));
}
