const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** The float32 equal to an IEEE 754 half: 1 sign bit, 5 bits of exponent, 10 of fraction. Each one is exact. */
export function float16ToFloat32(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The float32 equal to a bfloat16, which is the upper half of its bits. */
export function bfloat16ToFloat32(half: number): number {
  bits[0] = half << 16;
  return float[0];
}
