import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { expQuotient } from "../../src/kernels/special/expQuotient.ts";
import { ulps } from "../ulps.ts";

const exp = (a: number, aLow = 0): number => expQuotient(a, aLow, 1, 0, 1, 0, 0);

describe("expQuotient", () => {
  // Math.exp is within 0.92 ulp, expQuotient within 0.53, or 0.76 where it is subnormal.
  property.prop([fc.double({ min: -745, max: 709.7, noNaN: true })])("e^a / 1 is e^a", (a) => {
    expect(ulps(exp(a), Math.exp(a))).toBeLessThanOrEqual(1);
  });

  property.prop([fc.double({ min: -700, max: 0, noNaN: true }), fc.integer({ min: -30, max: 30 })])(
    "a power of two in n or d comes out exactly",
    (a, k) => {
      expect(expQuotient(a, 0, 2 ** k, 0, 1, 0, 0)).toBe(exp(a) * 2 ** k);
      expect(expQuotient(a, 0, 1, 0, 2 ** k, 0, 0)).toBe(exp(a) / 2 ** k);
    },
  );

  property.prop([fc.double({ min: -700, max: 700, noNaN: true })])("the low part of a counts", (a) => {
    const low = a * 2 ** -54;
    expect(ulps(exp(a, low), exp(a) * (1 + low))).toBeLessThanOrEqual(1);
  });

  property.prop([fc.double({ min: -37, max: 0, noNaN: true })])(
    "with c = 1 the exponential joins the denominator",
    (a) => {
      const e = Math.exp(a);
      expect(ulps(expQuotient(a, 0, 1, 0, 1, 0, 1), e / (1 + e))).toBeLessThanOrEqual(3);
    },
  );

  test("every power of two is exact", () => {
    for (let k = -1074; k < 1024; k++) {
      // a = k ln 2 to 106 bits, so that e^a differs from 2^k by less than the rounding hides.
      const high = k * Math.LN2;
      const low = k * 2.3190468138462996e-17 + lowProduct(k, Math.LN2, high);
      expect(exp(high, low)).toBe(2 ** k);
    }
  });

  test("NaN stays NaN", () => {
    expect(exp(Number.NaN)).toBeNaN();
  });
});

/** The error of `k · x` for a small integer k: the product of k with each half of x is exact. */
function lowProduct(k: number, x: number, product: number): number {
  const top = Math.fround(x);
  return k * top - product + k * (x - top);
}
