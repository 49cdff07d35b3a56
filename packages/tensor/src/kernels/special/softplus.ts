/**
 * `softplus(x) = log(1 + eˣ)`, as `max(x, 0) + log1p(e^{−|x|})` (Mächler 2012): the plain form overflows and loses its tail.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives ∞, NaN gives NaN.
 * Numerics: at most 1.7 ulp with V8's `exp` and `log1p`, each of which is within 0.92 ulp.
 */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
