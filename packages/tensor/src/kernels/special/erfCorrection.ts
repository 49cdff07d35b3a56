import { polynomial } from "./polynomial.ts";

// test/golden/coefficients.py: error 2⁻⁵⁶ on u from 0 to 0.5625.
const COEFFICIENTS: readonly number[] = [
  0.1283791670955126, -0.37612638903183754, 0.11283791670955087, -0.02686617064511852, 0.005223977625223246,
  -0.0008548327001223344, 0.00012055331549810692, -1.4925589533723744e-5, 1.6460386405915453e-6,
  -1.633327165692877e-7, 1.4414195873086809e-8, -9.503863762341979e-10,
];

/**
 * `erf(x)/x − 1` as a function of `u = x²`: what `x` lacks of `erf(x)`, between −0.04 and 0.13.
 *
 * Domain: `0 ≤ u ≤ 0.5625`. Numerics: a polynomial of degree 11.
 */
export function erfCorrection(u: number): number {
  return polynomial(COEFFICIENTS, u);
}
