import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { exp2, pow } from "../../src/kernels/special/index.ts";
import golden from "../golden/pow.json" with { type: "json" };
import { ulps } from "../ulps.ts";

const { POSITIVE_INFINITY: INFINITY, NEGATIVE_INFINITY, NaN: NAN, MIN_VALUE, MAX_VALUE } = Number;

const any = fc.double();
const positive = fc.double({ min: MIN_VALUE, noNaN: true, noDefaultInfinity: true });

describe("pow", () => {
  test("is within 0.53 ulp, and 0.76 of the subnormal ones, which are rounded twice", () => {
    const wrong = (golden as [number, number, number, number][]).filter(([a, b, y, residual]) => {
      const actual = pow(a, b);
      const distance = ulps(actual, y);
      const error = Math.abs((actual < y ? -distance : distance) - residual);
      return !(error <= (y < 2 ** -1022 ? 0.76 : 0.53));
    });
    expect(wrong).toEqual([]);
  });

  property.prop([any])("the exponents 0, 1, 2 and −1 give 1, x, x² and 1/x", (x) => {
    expect(pow(x, 0)).toBe(1);
    expect(pow(x, 1)).toBe(x);
    expect(pow(x, 2)).toBe(x * x);
    // Of subnormal quotients, and of quotients that are hard to round, the last bit.
    expect(ulps(pow(x, -1), 1 / x)).toBeLessThanOrEqual(1);
  });
  property.prop([positive])("the exponent ½ gives the square root", (x) => {
    expect(ulps(pow(x, 0.5), Math.sqrt(x))).toBeLessThanOrEqual(1);
  });
  property.prop([fc.integer({ min: -1074, max: 1023 })])("powers of two are exact", (k) => {
    const expected = exactPower(k);
    expect(pow(2, k)).toBe(expected);
    expect(exp2(k)).toBe(expected);
    expect(pow(0.5, -k)).toBe(expected);
  });
  test("powers of ten that are numbers of the format are exact", () => {
    for (let k = 0; k <= 22; k++) expect(pow(10, k)).toBe(Number(`1e${k}`));
  });
  property.prop([positive, fc.integer({ min: -1000, max: 1000 })])(
    "a negative base has the sign of its whole exponent's parity",
    (x, n) => {
      expect(pow(-x, n)).toBe(n % 2 === 0 ? pow(x, n) : -pow(x, n));
    },
  );

  // ISO C, annex F.10.4.4.
  test.for([
    [0, 3, 0],
    [-0, 3, -0],
    [0, 2.5, 0],
    [-0, 2.5, 0],
    [-0, 4, 0],
    [0, -3, INFINITY],
    [-0, -3, NEGATIVE_INFINITY],
    [-0, -2, INFINITY],
    [-0, -2.5, INFINITY],
    [-0, NEGATIVE_INFINITY, INFINITY],
    [0, INFINITY, 0],
    [-1, INFINITY, 1],
    [-1, NEGATIVE_INFINITY, 1],
    [1, NAN, 1],
    [1, INFINITY, 1],
    [NAN, 0, 1],
    [NAN, -0, 1],
    [NAN, 1, NAN],
    [2, NAN, NAN],
    [-2, 0.5, NAN],
    [-MIN_VALUE, 1 / 3, NAN],
    [0.5, INFINITY, 0],
    [0.5, NEGATIVE_INFINITY, INFINITY],
    [-2, INFINITY, INFINITY],
    [-2, NEGATIVE_INFINITY, 0],
    [INFINITY, 2.5, INFINITY],
    [INFINITY, -0.5, 0],
    [NEGATIVE_INFINITY, 3, NEGATIVE_INFINITY],
    [NEGATIVE_INFINITY, 4, INFINITY],
    [NEGATIVE_INFINITY, 0.5, INFINITY],
    [NEGATIVE_INFINITY, -3, -0],
    [NEGATIVE_INFINITY, -4, 0],
    [-1, 2 ** 53, 1],
    [-1, 2 ** 53 - 1, -1],
    [-8, 1 / 3, NAN],
    [2, 1024, INFINITY],
    [-2, 1025, NEGATIVE_INFINITY],
    [2, -1076, 0],
    [-2, -1077, -0],
    [MAX_VALUE, MAX_VALUE, INFINITY],
    [MAX_VALUE, -MAX_VALUE, 0],
    [MIN_VALUE, MAX_VALUE, 0],
    [1 + 2 ** -52, MAX_VALUE, INFINITY],
    [MAX_VALUE, MIN_VALUE, 1],
  ] as const)("%d to the %d is %d", ([a, b, y]) => {
    expect(pow(a, b)).toBe(y);
  });
});

/** `2ᵏ` by doubling and halving. */
function exactPower(k: number): number {
  let power = 1;
  for (let i = 0; i < Math.abs(k); i++) power *= k < 0 ? 0.5 : 2;
  return power;
}
