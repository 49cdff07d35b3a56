import type { DType } from "@adjoint/tensor";

const bytes = new DataView(new ArrayBuffer(8));

/** The float's place in the order of all floats of its dtype: neighbours differ by 1, and both zeros are 0. */
function place(x: number, dtype: "float32" | "float64"): bigint {
  if (dtype === "float32") {
    bytes.setFloat32(0, x);
    const bits = bytes.getInt32(0);
    return BigInt(bits < 0 ? -2147483648 - bits : bits);
  }
  bytes.setFloat64(0, x);
  const bits = bytes.getBigInt64(0);
  return bits < 0n ? -(2n ** 63n) - bits : bits;
}

/**
 * How many floats apart two values are: 0 for equal ones, for −0 and 0, and for two NaN; ∞ between NaN and a number, and
 * for integers and bool that differ.
 */
export function ulps(a: number, b: number, dtype: DType = "float64"): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.POSITIVE_INFINITY;
  if (dtype !== "float32" && dtype !== "float64") return Number.POSITIVE_INFINITY;
  const distance = place(a, dtype) - place(b, dtype);
  return Number(distance < 0n ? -distance : distance);
}
