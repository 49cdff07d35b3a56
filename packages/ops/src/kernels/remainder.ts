/** The remainder of `a / b` with the sign of `b`; NaN when `b` is 0 or `a` is ±∞. Exact, as `%` is. */
export function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return rest < 0 === b < 0 || Number.isNaN(rest) ? rest : rest + b;
}
