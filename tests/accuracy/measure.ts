import {
  type AnyTensor,
  type Backend,
  getBackend,
  referenceBackend,
  setBackend,
  tensor,
} from "@adjoint/tensor";
import type { UnaryFunction } from "./functions.ts";
import { errorInUlps, type Format, real } from "./real.ts";

/** The largest error met, and where. */
export interface Worst {
  /** In ulps at the exact value; ∞ where one is NaN and the other is not, or where signs of ∞ differ. */
  readonly ulps: number;
  readonly at: number;
  /** How many arguments were tried. */
  readonly count: number;
}

export const nothing: Worst = { ulps: 0, at: Number.NaN, count: 0 };

/** The worse of two, and all that were tried. */
export function worse(a: Worst, b: Worst): Worst {
  const larger = b.ulps > a.ulps ? b : a;
  return { ulps: larger.ulps, at: larger.at, count: a.count + b.count };
}

/** What a backend gives for a function of these arguments, in their dtype. */
function valuesOf(
  { compute }: UnaryFunction,
  x: Float32Array | Float64Array,
  backend: Backend,
): Float32Array | Float64Array {
  const before = getBackend();
  setBackend(backend);
  try {
    const dtype = x instanceof Float32Array ? "float32" : "float64";
    return compute(tensor(x, { dtype }) as AnyTensor).toTypedArray() as Float32Array | Float64Array;
  } finally {
    setBackend(before);
  }
}

// ulps of float32, by the biased exponent of the float64 number that they are counted at.
const inverseUlps = Float64Array.from({ length: 2048 }, (_, biased) => {
  return 2 ** (23 - Math.min(Math.max(biased - 1023, -126), 127));
});
const overflow = 2 ** 128;

/** The values that float32 functions are measured by, in float64. */
export function judgeOf(fn: UnaryFunction, x: Float32Array): Float64Array {
  return valuesOf(fn, Float64Array.from(x), referenceBackend) as Float64Array;
}

/**
 * A backend's float32 function against the reference's float64 one, whose own error, under 2 ulps of float64, is 4e-9 ulps of
 * float32. Numbers beyond float32 stand for ±2¹²⁸, as ±∞ does.
 */
export function measureSingle(
  fn: UnaryFunction,
  x: Float32Array,
  backend: Backend,
  judge: Float64Array = judgeOf(fn, x),
): Worst {
  const actual = valuesOf(fn, x, backend);
  const words = new Uint32Array(judge.buffer, judge.byteOffset, 2 * judge.length);
  let ulps = 0;
  let at = Number.NaN;
  for (let i = 0; i < x.length; i++) {
    let error = Math.abs(actual[i] - judge[i]) * inverseUlps[(words[2 * i + 1] >>> 20) & 0x7ff];
    if (!(error < 4)) error = errorBeyond(actual[i], judge[i]);
    if (error > ulps) {
      ulps = error;
      at = x[i];
    }
  }
  return { ulps, at, count: x.length };
}

/** The error where NaN or ∞ takes part, or where it is large. */
function errorBeyond(actual: number, exact: number): number {
  if (Number.isNaN(actual) || Number.isNaN(exact)) {
    return Number.isNaN(actual) && Number.isNaN(exact) ? 0 : Number.POSITIVE_INFINITY;
  }
  const bounded = (x: number): number => Math.min(Math.max(x, -overflow), overflow);
  const size = Math.min(Math.abs(exact), overflow / 2);
  const exponent = Math.max(Math.floor(Math.log2(size)), -126);
  return Math.abs(bounded(actual) - bounded(exact)) * 2 ** (23 - exponent);
}

/** A backend's function against 256-bit arithmetic, where it is defined; elsewhere it must give NaN or ±∞. */
export function measureExactly(fn: UnaryFunction, x: Float32Array | Float64Array, backend: Backend): Worst {
  const format: Format = x instanceof Float32Array ? "float32" : "float64";
  const actual = valuesOf(fn, x, backend);
  let worst: Worst = nothing;
  x.forEach((argument, i) => {
    worst = worse(worst, { ulps: errorAt(fn, argument, actual[i], format), at: argument, count: 1 });
  });
  return worst;
}

function errorAt(fn: UnaryFunction, x: number, actual: number, format: Format): number {
  if (fn.isDefined?.(x) === false) return Number.isFinite(actual) ? Number.POSITIVE_INFINITY : 0;
  return errorInUlps(actual, fn.exact(real(x)), format);
}

/** The float32 numbers with the bit patterns `start`, `start + stride`, …: `count` of them. */
export function patterns(start: number, count: number, stride: number): Float32Array {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = start + i * stride;
  return new Float32Array(bits.buffer);
}
