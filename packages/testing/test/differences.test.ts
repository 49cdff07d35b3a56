import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { centralDifferences } from "../src/differences.ts";

/** The derivative of one function, as the checks ask for it. */
function differentiate(
  f: (x: number) => number,
  x: number,
  { ratio = 4, tolerance = 1e-7 }: { ratio?: number; tolerance?: number } = {},
): { value: number; error: number; evaluations: number } {
  let evaluations = 0;
  const counted = (at: number): number[] => {
    evaluations++;
    return [f(at)];
  };
  const isSettled = (value: number, error: number): boolean => error <= tolerance * Math.abs(value);
  const { values, errors } = centralDifferences(counted, x, { epsilon: 1e-6, ratio, isSettled });
  return { value: values[0], error: errors[0], evaluations };
}

const cases: readonly (readonly [
  name: string,
  f: (x: number) => number,
  slope: (x: number) => number,
  at: readonly number[],
])[] = [
  ["exp", Math.exp, Math.exp, [-700, -20, 0, 1, 20, 700]],
  ["log", Math.log, (x) => 1 / x, [1e-300, 1e-9, 0.01, 1, 1e9]],
  ["sin", Math.sin, Math.cos, [-1000, 0, 0.5, 1, 1e4]],
  ["√", Math.sqrt, (x) => 0.5 / Math.sqrt(x), [1e-12, 0.01, 4]],
  ["cube", (x) => x ** 3, (x) => 3 * x * x, [-7, 1e-3, 5e5]],
  ["tanh", Math.tanh, (x) => 1 - Math.tanh(x) ** 2, [-3, 0, 0.1, 5]],
  ["1000 x + sin x", (x) => 1000 * x + Math.sin(x), (x) => 1000 + Math.cos(x), [0, 1, 30]],
  ["relu near its kink", (x) => Math.max(x, 0), (x) => Number(x > 0), [-0.3, -0.01, 0.001, 0.04, 1]],
  ["sin 50 x", (x) => Math.sin(50 * x), (x) => 50 * Math.cos(50 * x), [0, 0.3, 2]],
];

describe.for([4, 2])("differences of steps that shrink by %d", (ratio) => {
  for (const [name, f, slope, points] of cases) {
    test.for([...points])(`are the derivative of ${name} at %d`, (x) => {
      const { value, error } = differentiate(f, x, { ratio });
      expect(Math.abs(value - slope(x))).toBeLessThanOrEqual(1e-8 * Math.abs(slope(x)) + error);
      expect(error).toBeLessThanOrEqual(1e-6 * Math.abs(slope(x)));
    });
  }

  property.prop([fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })])(
    "agree with the derivative of a polynomial, and know how far off they are",
    (a, x) => {
      const { value, error } = differentiate((t) => t ** 5 + a * t * t - t, x, { ratio });
      const slope = 5 * x ** 4 + 2 * a * x - 1;
      expect(Math.abs(value - slope)).toBeLessThanOrEqual(error);
      expect(error).toBeLessThan(1e-7 * (1 + Math.abs(slope)));
    },
  );
});

test("a few evaluations are enough for what is smooth", () => {
  expect(differentiate(Math.sin, 0.5).evaluations).toBeLessThanOrEqual(8);
});

test("what only moves its input has exact differences, in float32 too", () => {
  expect(differentiate((x) => Math.fround(x) * 2, 1.25)).toEqual({
    value: 2,
    error: expect.any(Number),
    evaluations: 6,
  });
});

test("a jump does not settle", () => {
  const { error } = differentiate((x) => Math.sign(x), 0);
  expect(error).toBeGreaterThan(1);
});

test("a function that is NaN throughout has no derivative", () => {
  expect(differentiate(() => Number.NaN, 1)).toMatchObject({
    value: Number.NaN,
    error: Number.POSITIVE_INFINITY,
  });
});

test("steps that are no numbers end at once", () => {
  const isSettled = (): boolean => false;
  for (const epsilon of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0]) {
    expect(centralDifferences((x) => [x], 1, { epsilon, ratio: 4, isSettled }).values).toHaveLength(1);
  }
});
