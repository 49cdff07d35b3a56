const float64 = new Float64Array(1);
const bits64 = new BigUint64Array(float64.buffer);

function fields(x: number): { negative: boolean; exponent: bigint; fraction: bigint } {
  float64[0] = x;
  const bits = bits64[0];
  return {
    negative: bits >> 63n === 1n,
    exponent: (bits >> 52n) & 0x7ffn,
    fraction: bits & 0xfffffffffffffn,
  };
}

/** A finite float64 as a whole number of smallest subnormals: `x · 2¹⁰⁷⁴`, exactly. */
export function exact(x: number): bigint {
  if (!Number.isFinite(x)) throw new RangeError(`exact: ${x} is not finite`);
  const { negative, exponent, fraction } = fields(x);
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return negative ? -magnitude : magnitude;
}

/** The spacing of float64 at `|x|` and above, in smallest subnormals. */
export function exactUlp(x: number): bigint {
  const { exponent } = fields(x);
  return exponent === 0n ? 1n : 1n << (exponent - 1n);
}

/** The magnitude of an exact number. */
export function magnitude(x: bigint): bigint {
  return x < 0n ? -x : x;
}
