import { polynomial } from "./polynomial.ts";

// test/golden/coefficients.py: error 2⁻⁵⁷, in t = (x − 4)/(x + 4) on x from 0.75 to 28.
const COEFFICIENTS: readonly number[] = [
  0.04549511862555251, -0.13962111684056247, 0.015379652102619814, 0.0680970542546866, -0.10103906603630747,
  0.09373283499862686, -0.06633036581219176, 0.037167515531711035, -0.01619773405717443, 0.005031970044023629,
  -0.0007577733037053079, -0.00019925715062591985, 0.0001506218186702763, -2.4397220795647225e-5,
  -1.1222778453696664e-5, 5.704122867441236e-6, 2.9614615024007537e-7, -8.154070531405238e-7,
  7.03253289304471e-8, 9.930421194136427e-8, -1.358253669560976e-8, -8.025492105370854e-9,
];

/** The constant that {@link erfcxCorrection} is a correction of. */
export const ERFCX_CENTRE = 1.1875;

/**
 * `(1 + 2x) e^{x²} erfc(x) − 19/16`: the part of `erfc` that varies little, between −0.04 and 0.1.
 *
 * As `19/16 + erfcxCorrection(x)` holds the whole in two numbers, the polynomial's own rounding hardly counts.
 * Domain: `0.74 ≤ x ≤ 28`. Numerics: a polynomial of degree 21 in `(x − 4)/(x + 4)`, a variable in which `erfc` is smooth up to
 * infinity (Shepherd and Laframboise 1981).
 */
export function erfcxCorrection(x: number): number {
  return polynomial(COEFFICIENTS, (x - 4) / (x + 4));
}
