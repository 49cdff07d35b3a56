/** The integer nearest to `x`, halfway the even one; keeps −0, ±∞ and NaN. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const fraction = x - below;
  const nearest = fraction > 0.5 || (fraction === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return nearest === 0 ? 0 * x : nearest;
}
