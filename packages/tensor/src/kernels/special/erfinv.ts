import { erf } from "./erf.ts";
import { erfc } from "./erfc.ts";
import { polynomial } from "./polynomial.ts";

export const HALF_SQRT_PI = 0.886226925452758;

// test/golden/coefficients.py: erfinv(x)/x to 2⁻²², in w − 2.5 for w = −log(1 − x²) < 5 and in √w − 4 above.
export const CENTRE: readonly number[] = [
  1.5014093598328822, 0.24664075823047832, -0.0041773897590802805, -0.0012537486107353165,
  0.0002183469146927874, -4.383631590223484e-6, -3.46335616555326e-6, 3.425248574265605e-7,
  2.3285844507874355e-8,
];
export const TAIL: readonly number[] = [
  3.839783810445419, 1.0094931974063224, 0.0012594788351366108, -0.0008682974784335952,
  0.00032258667614112066, -0.00012033852593672593, 5.318546164211287e-5, -2.8733029610730284e-5,
  2.0105576887951375e-5, -1.1798260978219388e-5, 2.97819036812408e-6, 6.843949896643575e-7,
  -5.491185213766718e-7, 8.622677174992833e-8,
];

/**
 * The inverse of {@link erf}: `erf(erfinv(x)) = x`.
 *
 * Domain: `|x| ≤ 1`; ±1 gives ±∞, beyond and NaN give NaN, −0 gives −0.
 * Numerics: a polynomial in `−log(1 − x²)` (the form of Giles 2010), then one step of Halley's method, which cubes its error of
 * 1e-7; from `|x| = ½` on with `erfc`, as `1 − |x|` is exact. At most 1.8 ulp.
 */
export function erfinv(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 1)) return magnitude === 1 ? x * Number.POSITIVE_INFINITY : Number.NaN;
  if (magnitude < 1e-9) return HALF_SQRT_PI * x;
  const w = -Math.log((1 - magnitude) * (1 + magnitude));
  const z = magnitude * (w < 5 ? polynomial(CENTRE, w - 2.5) : polynomial(TAIL, Math.sqrt(w) - 4));
  const residual = magnitude < 0.5 ? erf(z) - magnitude : 1 - magnitude - erfc(z);
  const newton = residual * HALF_SQRT_PI * Math.exp(z * z);
  const root = z - newton / (1 + z * newton);
  return x < 0 ? -root : root;
}
