import { productError } from "./errorFree.ts";
import { expQuotient } from "./expQuotient.ts";

// ln 2 is Math.LN2 + LN2_LOW.
const LN2_LOW = 2.3190468138462996e-17;

/**
 * `2ˣ`, exact for whole x.
 *
 * Domain: all numbers; −∞ gives 0, ∞ gives ∞, NaN gives NaN; subnormal below −1022, 0 from −1075 on, ∞ from 1024 on.
 * Numerics: `e^{x ln 2}` with the product in double-double: at most 0.53 ulp (0.76 for subnormal results), and equal on every
 * engine, which V8's `2 ** x` is not.
 */
export function exp2(x: number): number {
  if (x >= 1024) return Number.POSITIVE_INFINITY;
  if (x < -1076) return 0;
  const a = x * Math.LN2;
  return expQuotient(a, productError(x, Math.LN2, a) + x * LN2_LOW, 1, 0, 1, 0, 0);
}
