import { describe, expect, test } from "vitest";
import { ulps } from "../ulps.ts";

describe("ulps", () => {
  test.for([
    { actual: 1, expected: 1, distance: 0 },
    { actual: 1, expected: 1 + Number.EPSILON, distance: 1 },
    { actual: 1, expected: 1 - Number.EPSILON, distance: 2 },
    { actual: -1, expected: -1 - Number.EPSILON, distance: 1 },
    { actual: 0, expected: -0, distance: 0 },
    { actual: -5e-324, expected: 1e-323, distance: 3 },
    { actual: Number.NaN, expected: Number.NaN, distance: 0 },
    { actual: Number.NaN, expected: 1, distance: Number.POSITIVE_INFINITY },
    { actual: 1, expected: Number.NaN, distance: Number.POSITIVE_INFINITY },
    { actual: Number.MAX_VALUE, expected: Number.POSITIVE_INFINITY, distance: Number.POSITIVE_INFINITY },
    { actual: Number.NEGATIVE_INFINITY, expected: Number.NEGATIVE_INFINITY, distance: 0 },
    { actual: 1, expected: 2, distance: 2 ** 52 },
  ])("from $expected to $actual are $distance", ({ actual, expected, distance }) => {
    expect(ulps(actual, expected)).toBe(distance);
  });

  test("float32 counts float32 numbers", () => {
    expect(ulps(1, 1 + 2 ** -22, "float32")).toBe(2);
    expect(ulps(-(2 ** -149), 2 ** -149, "float32")).toBe(2);
  });
});
