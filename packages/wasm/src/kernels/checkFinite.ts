import { FunctionBuilder, giveBack, i32, when } from "../ir/index.ts";

/** The upper half of a number: where its exponent's bits are, which are all 1 in ±∞ and NaN. */
const formats = {
  float32: { bytes: 4, upper: 0, exponent: 0x7f800000 },
  float64: { bytes: 8, upper: 4, exponent: 0x7ff00000 },
} as const;

/** A function of the numbers' address: 1 when one is NaN or ±∞, else 0. */
export function checkFiniteKernel(count: number, dtype: keyof typeof formats): FunctionBuilder {
  const { bytes, upper, exponent } = formats[dtype];
  const f = new FunctionBuilder(["i32"], ["i32"]);
  const from = f.local("i32");
  // Bytes from the start are counted, since addresses beyond 2³¹ are negative.
  f.forRange(from, i32.const(0), i32.const(count * bytes), bytes, () => {
    const bits = i32.load(i32.add(f.parameter<"i32">(0), i32.add(from, i32.const(upper))));
    const isNotFinite = i32.eq(i32.and(bits, i32.const(exponent)), i32.const(exponent));
    f.emit(when(isNotFinite, giveBack(i32.const(1))));
  });
  f.emit(i32.const(0).code);
  return f;
}
