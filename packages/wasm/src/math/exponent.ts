import type { Expression, Local } from "../ir/index.ts";
import type { Lanes } from "../lanes.ts";

/** An exponent's bias, and the mantissa's bits. */
const BIAS = { float32: 127, float64: 1023 } as const;
const MANTISSA = { float32: 23, float64: 52 } as const;
/** 1.5 times the power of two whose ulp is 1: added to a float it leaves the nearest whole number in the low bits. */
const SHIFT = { float32: 1.5 * 2 ** 23, float64: 1.5 * 2 ** 52 } as const;

/** A whole number k as a float, and in the low bits of another float, biased, from where it becomes an exponent without conversion. */
export interface Exponent {
  readonly k: Local;
  readonly shifted: Local;
}

/** The whole number nearest to `x factor`, for {@link powerOfTwo}. `less` is subtracted from the power's exponent. */
export function nearestExponent(lanes: Lanes, x: Expression, factor: number, less = 0): Exponent {
  return nearest(lanes, x, factor, BIAS[lanes.dtype] - less);
}

/** The whole number nearest to `x factor`, for {@link powersOfTwo}. */
export function nearestWideExponent(lanes: Lanes, x: Expression, factor: number): Exponent {
  return nearest(lanes, x, factor, 2 * BIAS[lanes.dtype]);
}

function nearest(lanes: Lanes, x: Expression, factor: number, bias: number): Exponent {
  return kept(lanes, lanes.keep(shift(lanes, x, factor, bias)), bias);
}

/** {@link Exponent.shifted} of {@link nearestExponent} alone, from which {@link exponentOf} finds the rest again. */
export function biasedExponent(lanes: Lanes, x: Expression, factor: number, less = 0): Expression {
  return shift(lanes, x, factor, BIAS[lanes.dtype] - less);
}

/** The exponent that {@link biasedExponent} gave, with the same `less`. */
export function exponentOf(lanes: Lanes, shifted: Local, less = 0): Exponent {
  return kept(lanes, shifted, BIAS[lanes.dtype] - less);
}

function shift(lanes: Lanes, x: Expression, factor: number, bias: number): Expression {
  const zero = lanes.constant(SHIFT[lanes.dtype] + bias);
  return factor === 1 ? lanes.add(x, zero) : lanes.madd(x, lanes.constant(factor), zero);
}

function kept(lanes: Lanes, shifted: Local, bias: number): Exponent {
  return { shifted, k: lanes.keep(lanes.sub(shifted, lanes.constant(SHIFT[lanes.dtype] + bias))) };
}

/** 2ᵏ, where it is a normal number. */
export function powerOfTwo(lanes: Lanes, { shifted }: Pick<Exponent, "shifted">): Local {
  return lanes.keep(lanes.fromBits(lanes.shl(lanes.bits(shifted), MANTISSA[lanes.dtype])));
}

/**
 * 2ᵏ as two powers of half the exponent, down to half the smallest subnormal number and up to twice the largest. A value near 1
 * times the first, times the second, is `value 2ᵏ` rounded once.
 */
export function powersOfTwo(lanes: Lanes, { shifted }: Exponent): readonly [Local, Local] {
  const mantissa = MANTISSA[lanes.dtype];
  const bits = lanes.keep(lanes.bits(shifted));
  const half = lanes.keep(lanes.shru(bits, 1));
  return [
    lanes.keep(lanes.fromBits(lanes.shl(half, mantissa))),
    lanes.keep(lanes.fromBits(lanes.shl(lanes.intSub(bits, half), mantissa))),
  ];
}

/** ln 2 in two parts, the first so short that its product with an exponent is exact. */
export const LN2 = {
  float32: [0.693145751953125, 1.428606820309417e-6],
  float64: [0.6931471805598903, 5.497923018708371e-14],
} as const;

/** `x − k ln 2` (Cody and Waite 1980). */
export function subtractLn2(lanes: Lanes, x: Expression, k: Local): Local {
  const [high, low] = LN2[lanes.dtype];
  return lanes.keep(lanes.nmadd(k, lanes.constant(low), lanes.nmadd(k, lanes.constant(high), x)));
}

/** `x + k ln 2`. */
export function addLn2(lanes: Lanes, x: Expression, k: Local): Local {
  const [high, low] = LN2[lanes.dtype];
  return lanes.keep(lanes.madd(k, lanes.constant(low), lanes.madd(k, lanes.constant(high), x)));
}

/** `x − k ln 2` as `high − low`, of which `high` is exact. */
export function subtractLn2Exactly(lanes: Lanes, x: Expression, k: Local): { high: Local; low: Local } {
  const [high, low] = LN2[lanes.dtype];
  return {
    high: lanes.keep(lanes.nmadd(k, lanes.constant(high), x)),
    low: lanes.keep(lanes.mul(k, lanes.constant(low))),
  };
}

/** A positive normal number as `2ᵏ m` with ¾ ≤ m < 1½. */
export interface Split {
  /** −k: as a float; subtracting its product with ln 2 keeps −0, which adding 0 would not. */
  readonly negativeK: Local;
  /** 2⁻ᵏ: as integers to be added to a float's bits. */
  readonly steps: Local;
  /** m. */
  readonly mantissa: Local;
}

const THREE_QUARTERS = { float32: 0x3f400000n, float64: 0x3fe8000000000000n } as const;

/** Splits a positive normal number. */
export function split(lanes: Lanes, x: Expression): Split {
  const { dtype } = lanes;
  const one = 1n << BigInt(MANTISSA[dtype]);
  const bits = lanes.keep(lanes.bits(x));
  // −⌊(x − ¾) / step⌋ = ⌊(¾ − x + step − 1) / step⌋ for whole numbers.
  const whole = lanes.keep(
    lanes.shr(lanes.intSub(lanes.intConstant(THREE_QUARTERS[dtype] + one - 1n), bits), MANTISSA[dtype]),
  );
  const steps = lanes.keep(lanes.shl(whole, MANTISSA[dtype]));
  const mantissa = lanes.keep(lanes.fromBits(lanes.intAdd(bits, steps)));
  return { negativeK: lanes.keep(lanes.toFloat(whole)), steps, mantissa };
}
