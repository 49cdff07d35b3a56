import { describe, expect, test } from "vitest";
import { bfloat16ToFloat32, float16ToFloat32 } from "../src/half-precision.ts";

/** The value of a binary float, from the definition in IEEE 754, section 3.4. */
function definition(bits: number, exponentBits: number, fractionBits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = (-1) ** (bits >> (exponentBits + fractionBits));
  const exponent = (bits >> fractionBits) % 2 ** exponentBits;
  const fraction = (bits % 2 ** fractionBits) / 2 ** fractionBits;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

const all = Array.from({ length: 65_536 }, (_, bits) => bits);

describe("half precision", () => {
  test("all 65,536 float16 have their value", () => {
    expect(all.map(float16ToFloat32)).toEqual(all.map((bits) => definition(bits, 5, 10)));
  });

  test("all 65,536 bfloat16 have their value", () => {
    expect(all.map(bfloat16ToFloat32)).toEqual(all.map((bits) => definition(bits, 8, 7)));
  });
});
