import { type Expression, when } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";
import { inFloat64 } from "./wide.ts";

/** Bits of a quotient whose product with a float32 a float64 holds. */
const BITS = 29;
/** Float32 are less than 2²⁷⁷ times each other. */
const STEPS = Math.floor(277 / BITS);

/**
 * `a − ⌊a / b⌋ b`, with the sign of `b`; for float32, in float64.
 *
 * Domain: NaN for `b = 0` and `a = ±∞`; `a` for `b = ±∞` of its sign.
 * Numerics: exact but for the last addition, of a rest and a `b` of different signs: long division, a part of the quotient at a time whose
 * product with `b` is exact. Vectors whose quotients all have less than 29 bits take one step.
 */
export function remainder(lanes: Lanes, a: Expression, b: Expression): Expression {
  return inFloat64(lanes, [a, b], (wide, [x, y]) => {
    const { f } = wide;
    const [zero, infinity] = [0, Number.POSITIVE_INFINITY].map((value) => wide.constant(value));
    const size = wide.keep(wide.abs(x));
    const divisor = wide.keep(wide.abs(y));
    const rest = wide.keep(size);
    const isLarge = wide.le(wide.constant(2 ** BITS), wide.div(size, divisor));
    const slow = f.capture(() => {
      for (let step = STEPS; step > 0; step--)
        f.emit(rest.set(restOf(wide, rest, wide.keep(wide.mul(divisor, wide.constant(2 ** (BITS * step)))))));
    });
    f.emit(when(wide.any(isLarge), slow));
    // What ∞ goes into not once is left whole, but for ∞ itself.
    const whole = wide.add(size, wide.mul(size, zero));
    const last = wide.select(wide.eq(divisor, infinity), whole, restOf(wide, rest, divisor));
    const signed = wide.keep(wide.copysign(last, x));
    const isOther = wide.ne(wide.copysign(wide.constant(1), x), wide.copysign(wide.constant(1), y));
    const moved = wide.select(isOther, wide.add(signed, y), signed);
    return wide.select(wide.eq(signed, zero), wide.copysign(zero, y), moved);
  });
}

/** The rest of `r` by `s`, both at least 0: of 29 bits, a quotient is at least 2⁻²⁴ from the next whole number, and not rounded up to it. */
function restOf(wide: Lanes, r: Expression, s: Expression): Expression {
  return wide.sub(r, wide.mul(wide.floor(wide.div(r, s)), s));
}
