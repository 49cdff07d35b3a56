import { fc, test as property } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { productError, sumError } from "../../src/kernels/special/errorFree.ts";
import { exact } from "../exact.ts";

const within = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });

describe("error-free transformations", () => {
  property.prop([within(1e307), within(1e307)])("a + b is the sum and its error", (a, b) => {
    const sum = a + b;
    expect(exact(sum) + exact(sumError(a, b, sum))).toBe(exact(a) + exact(b));
  });

  const factor = fc.tuple(within(1), fc.integer({ min: -400, max: 400 })).map(([x, k]) => x * 2 ** k);
  property.prop([factor, factor])("a b is the product and its error", (a, b) => {
    const product = a * b;
    fc.pre(a * b === 0 ? a === 0 || b === 0 : Math.abs(product) > 2 ** -969);
    fc.pre(Math.abs(product) < 2 ** 1000);
    expect((exact(product) + exact(productError(a, b, product))) << 1074n).toBe(exact(a) * exact(b));
  });
});
