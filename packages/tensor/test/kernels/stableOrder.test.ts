import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { stableOrder } from "../../src/kernels/stableOrder.ts";

/** By comparison: NaN above all, the first of equals first. */
function expected(values: Float32Array | Float64Array | Int32Array | Uint8Array): number[] {
  const rank = (value: number): number => (Number.isNaN(value) ? 1 : 0);
  return Array.from(values, (_, i) => i).sort((i, j) => {
    const [a, b] = [values[i], values[j]];
    return a < b ? -1 : a > b ? 1 : rank(a) - rank(b) || i - j;
  });
}

const extremes = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1];
const float32 = fc.oneof(fc.float(), fc.constantFrom(...extremes, 2 ** -149, -(2 ** -149), 3.4e38));
const float64 = fc.oneof(fc.double(), fc.constantFrom(...extremes, 2 ** -1074, -(2 ** -1074), 1.7e308));
const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31)));

describe("the order of numbers", () => {
  const length = { maxLength: 300 };
  property.prop([
    fc.oneof(
      fc.array(float32, length).map((values) => Float32Array.from(values)),
      fc.array(float64, length).map((values) => Float64Array.from(values)),
      fc.array(int32, length).map((values) => Int32Array.from(values)),
      fc.uint8Array(length),
    ),
  ])("is the same as by comparison", (values) => {
    const before = values.slice();
    expect([...stableOrder(values)]).toEqual(expected(values));
    expect(values).toEqual(before);
  });

  property.prop([fc.integer({ min: 1, max: 4 }), fc.integer()])(
    "keeps equal numbers in their order",
    (kinds, seed) => {
      const values = Float64Array.from({ length: 3000 }, (_, i) => (Math.imul(i + 1, seed) >>> 7) % kinds);
      expect([...stableOrder(values)]).toEqual(expected(values));
    },
  );

  test.each([Float32Array, Float64Array, Int32Array, Uint8Array])("of none, and of one: %o", (ArrayOf) => {
    expect([...stableOrder(new ArrayOf(0))]).toEqual([]);
    expect([...stableOrder(ArrayOf.of(7))]).toEqual([0]);
  });

  // NaN of any bits, the sign bit among them, as a division of zeros gives it on some processors.
  test("takes no notice of the bits of NaN", () => {
    const values = new Float32Array(4);
    new Uint32Array(values.buffer).set([0xffc00000, 0x7f800000, 0x7fc00001, 0xff800000]);
    expect([...stableOrder(values)]).toEqual([3, 1, 0, 2]);
  });
});
