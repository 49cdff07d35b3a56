const INVERSE_SQRT_TWO_PI = 0.3989422804014327;

/**
 * `φ(x) = e^(−x²/2) / √(2π)`, with its tail.
 *
 * Domain: all numbers; ±∞ gives 0, NaN gives NaN. Numerics: `x²` rounded would be off by `x²/2` ulps in the exponential; here its
 * leading bits are squared exactly and the rest enters as a second factor, as fdlibm does in `erfc`.
 */
export function normalPdf(x: number): number {
  const size = Math.min(Math.abs(x), 1000);
  const leading = Math.floor(size * 16) / 16;
  const rest = (size - leading) * (size + leading);
  return INVERSE_SQRT_TWO_PI * Math.exp(-0.5 * leading * leading) * Math.exp(-0.5 * rest);
}
