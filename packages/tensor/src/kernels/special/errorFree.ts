/**
 * The rounding error of a sum: for `sum = fl(a + b)`, the number that makes `sum + sumError(a, b, sum)` equal `a + b` exactly.
 *
 * Domain: no overflow. Source: Knuth, The Art of Computer Programming 2, 4.2.2, theorem B; it asks for no order of `a` and `b`.
 */
export function sumError(a: number, b: number, sum: number): number {
  const bRounded = sum - a;
  return a - (sum - bRounded) + (b - bRounded);
}

const SPLITTER = 134217729; // 2²⁷ + 1

/**
 * The rounding error of a product: for `product = fl(a * b)`, the number that makes `product + productError(a, b, product)`
 * equal `a * b` exactly.
 *
 * Domain: `|a|` and `|b|` under 2⁹⁹⁶; where `|a * b|` is under 2⁻⁹⁶⁹, exact only to the smallest subnormal.
 * Source: Veltkamp's splitting and Dekker's product (Dekker 1971), as JavaScript has no fused multiply-add.
 */
export function productError(a: number, b: number, product: number): number {
  const aScaled = SPLITTER * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = SPLITTER * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
