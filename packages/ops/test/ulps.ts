/** Bits of the significand, and exponent of the smallest normal number. */
const formats = { float32: [23, -126], float64: [52, -1022] } as const;

/** The dtypes that carry gradients. */
export type FloatDType = "float32" | "float64";

/** The distance from `value`, a number of this format, to the next. */
export function ulp(value: number, dtype: FloatDType): number {
  const [bits, lowest] = formats[dtype];
  const exponent = value === 0 ? lowest : Math.max(lowest, Math.floor(Math.log2(Math.abs(value))));
  return 2 ** (exponent - bits);
}

/**
 * How far `actual` is from `expected`, in ulps of what is expected. 0 equals −0; NaN is NaN; ∞ is nothing but ∞.
 * Under `tail` smallest normal numbers the ulps are those of that bound.
 */
export function ulpsApart(actual: number, expected: number, dtype: FloatDType, tail = 1): number {
  const rounded = dtype === "float32" ? Math.fround(expected) : expected;
  if (actual === rounded || (Number.isNaN(actual) && Number.isNaN(rounded))) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(rounded)) return Number.POSITIVE_INFINITY;
  const scale = Math.max(Math.abs(rounded), tail * 2 ** formats[dtype][1]);
  return Math.abs(actual - expected) / ulp(scale, dtype);
}

/** The farthest element: `[ulps, place]`. */
export function farthest(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  dtype: FloatDType,
  tail = 1,
): [ulps: number, place: number] {
  let worst: [number, number] = [0, -1];
  for (let i = 0; i < expected.length; i++) {
    const distance = ulpsApart(actual[i], expected[i], dtype, tail);
    if (!(distance <= worst[0])) worst = [distance, i];
  }
  return worst;
}
