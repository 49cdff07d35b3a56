import { type Expression, f64, i64, type Local, select, when } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";

/** π/2 in two parts: the first has 30 bits, so that its product with 23 bits is exact. */
const HALF_PI = [1.570796325802803, 9.920935796805404e-10] as const;
/** Up to it the quotient by π/2 has 23 bits. */
const LIMIT = 2 ** 23;
/** 1.5 · 2⁵²: added to a float64 it leaves the nearest whole number in the low bits. */
const SHIFT = 1.5 * 2 ** 52;
/** 1/(2π) as a binary fraction of 256 bits. */
const TURNS = [0x28be60db9391054an, 0x7f09d5f47d4d3770n, 0x36d8a5664f10e410n, 0x7f9458eaf7aef158n] as const;

/** An angle as `quarters · π/2 + r` with `|r| ≤ π/4`. */
export interface ReducedAngle {
  readonly r: Local;
  /** An integer whose low two bits count. */
  readonly quarters: Local;
}

/**
 * A float32 angle in float64 lanes. Up to 2²³ Cody and Waite's reduction in two steps: float32 are no nearer to multiples of π/2 than
 * 2⁻³⁰, and `r` is off by less than 2⁻⁵⁹. Vectors with a larger angle take {@link reduceLarge} too.
 */
export function reduceAngle(wide: Lanes, x: Local): ReducedAngle {
  const shift = wide.constant(SHIFT);
  const shifted = wide.keep(wide.madd(x, wide.constant(2 / Math.PI), shift));
  const k = wide.keep(wide.sub(shifted, shift));
  const [high, low] = HALF_PI;
  const r = wide.keep(wide.nmadd(k, wide.constant(low), wide.nmadd(k, wide.constant(high), x)));
  const size = wide.keep(wide.abs(x));
  // Not of ∞, whose r is NaN already.
  const isLarge = wide.keep(
    wide.and(wide.lt(wide.constant(LIMIT), size), wide.lt(size, wide.constant(Number.POSITIVE_INFINITY))),
  );
  const { f } = wide;
  const slow = f.capture(() => {
    const exactR = f.keep(r);
    const exactShifted = f.keep(shifted);
    wide.perLane([x], [exactR, exactShifted], (scalar, [angle]) => reduceLarge(scalar, angle));
    f.emit(r.set(wide.select(isLarge, exactR, r)), shifted.set(wide.select(isLarge, exactShifted, shifted)));
  });
  f.emit(when(wide.any(isLarge), slow));
  return { r, quarters: wide.keep(wide.bits(shifted)) };
}

/**
 * r, and the quarters in the low bits of a float, for `2²³ ≤ |x| < 2¹²⁸`: of `x/(2π)`, a product of 24 bits and the bits of 1/(2π) from
 * x's ulp on, integer arithmetic drops the whole turns (Payne and Hanek 1983). Garbage for other x.
 */
function reduceLarge({ f }: Lanes, x: Local): readonly Expression[] {
  const bits = f.keep(i64.reinterpret(x as Expression<"f64">));
  // x = ± m 2^e with m of 24 bits.
  const exponentBits = i64.and(i64.shru(bits, i64.const(52n)), i64.const(0x7ffn));
  const e = f.keep(i64.sub(exponentBits, i64.const(1023n + 23n)));
  const mantissa = i64.or(i64.and(bits, i64.const((1n << 52n) - 1n)), i64.const(1n << 52n));
  const m = f.keep(i64.shru(mantissa, i64.const(29n)));
  const isSecondWord = f.keep(i64.lt(i64.const(63n), e));
  const words = [0, 1, 2].map((i) =>
    f.keep(select(i64.const(TURNS[i + 1]), i64.const(TURNS[i]), isSecondWord)),
  );
  // The word from bit e on; shifts count modulo 64.
  const window = (high: Local<"i64">, low: Local<"i64">): Expression<"i64"> =>
    i64.or(
      i64.shl(high, e),
      i64.shru(i64.shru(low, i64.const(1n)), i64.sub(i64.const(63n), i64.and(e, i64.const(63n)))),
    );
  const below = i64.mul(m, i64.shru(window(words[1], words[2]), i64.const(32n)));
  const turns = f.keep(i64.add(i64.mul(m, window(words[0], words[1])), i64.shru(below, i64.const(32n))));
  const quarters = f.keep(i64.shru(i64.add(turns, i64.const(1n << 61n)), i64.const(62n)));
  const rest = i64.sub(turns, i64.shl(quarters, i64.const(62n)));
  const r = f.keep(f64.mul(f64.convertS64(rest), f64.const(2 * Math.PI * 2 ** -64)));
  const sign = f.keep(i64.shrs(bits, i64.const(63n)));
  // Two's complement: (q xor −1) − −1 = −q.
  const signed = i64.sub(i64.xor(quarters, sign), sign);
  return [f64.copysign(r, f64.mul(r, x as Expression<"f64">)), f64.reinterpret(signed)];
}
