const float64 = new Float64Array(1);
const bits64 = new BigInt64Array(float64.buffer);
const float32 = new Float32Array(1);
const bits32 = new Int32Array(float32.buffer);

/** The position of a number in the sequence of all numbers of its format: neighbours differ by 1, and −0 and 0 are both 0. */
function position64(x: number): bigint {
  float64[0] = x;
  return bits64[0] < 0n ? -BigInt.asIntN(64, bits64[0] & 0x7fffffffffffffffn) : bits64[0];
}

function position32(x: number): number {
  float32[0] = x;
  return bits32[0] < 0 ? -(bits32[0] & 0x7fffffff) : bits32[0];
}

/**
 * How many representable numbers lie from `expected` to `actual`: 0 if equal, 1 for neighbours, also across 0 and among the
 * subnormals. NaN is 0 from NaN; NaN and ±∞ are infinitely far from everything else.
 */
export function ulps(actual: number, expected: number, dtype: "float32" | "float64" = "float64"): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Number.POSITIVE_INFINITY;
  if (dtype === "float32") return Math.abs(position32(actual) - position32(expected));
  const distance = position64(actual) - position64(expected);
  return Number(distance < 0n ? -distance : distance);
}
