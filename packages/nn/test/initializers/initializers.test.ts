import { type AnyTensor, matmul, random, type Shape, transpose, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  constantInitializer,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  lecunUniform,
  orthogonal,
  truncatedNormal,
} from "../../src/index.ts";
import { expectClose, numbersOf } from "../close.ts";

const key = random.key(3);

function moments(values: readonly number[]): { mean: number; variance: number; largest: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, variance, largest: Math.max(...values.map(Math.abs)) };
}

// [in 300, out 100]: fan in 300, fan out 100, their mean 200.
describe.each([
  ["glorotUniform", glorotUniform(), 1 / 200, "uniform"],
  ["glorotNormal", glorotNormal(), 1 / 200, "normal"],
  ["heUniform", heUniform(), 2 / 300, "uniform"],
  ["heNormal", heNormal(), 2 / 300, "normal"],
  ["lecunUniform", lecunUniform(), 1 / 300, "uniform"],
  ["lecunNormal", lecunNormal(), 1 / 300, "normal"],
] as const)("%s", (_, initializer: Initializer, variance, form) => {
  const values = numbersOf(initializer(key, [300, 100], "float32"));

  test("has mean 0 and the variance of its paper", () => {
    const n = values.length;
    const found = moments(values);
    expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / n));
    // The variance of n numbers scatters by at most √(2 / n) of itself for these forms; four times that is 3 %.
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  test(
    form === "uniform"
      ? "reaches √3 deviations and no further"
      : "reaches 2 deviations of the normal before the cut",
    () => {
      const limit =
        form === "uniform" ? Math.sqrt(3 * variance) : (2 * Math.sqrt(variance)) / 0.8796256610342398;
      const { largest } = moments(values);
      expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
      expect(largest).toBeGreaterThan(0.99 * limit);
    },
  );

  test("the same key gives the same numbers, another key others; in either dtype", () => {
    expect(numbersOf(initializer(key, [300, 100], "float32"))).toEqual(values);
    expect(numbersOf(initializer(random.key(4), [300, 100], "float32"))).not.toEqual(values);
    const wide = initializer(key, [30, 10], "float64");
    expect([wide.dtype, wide.shape]).toEqual(["float64", [30, 10]]);
  });
});

describe("fans", () => {
  const limitOf = (shape: Shape): number => moments(numbersOf(heUniform()(key, shape, "float32"))).largest;

  test("of a convolution's weight [height, width, in, out] count the window", () => {
    const limit = Math.sqrt(6 / (3 * 3 * 16));
    expect(limitOf([3, 3, 16, 32])).toBeGreaterThan(0.99 * limit);
    expect(limitOf([3, 3, 16, 32])).toBeLessThanOrEqual(limit);
  });

  test("of a vector are its length, of a scalar 1", () => {
    expect(limitOf([600])).toBeLessThanOrEqual(Math.sqrt(6 / 600));
    expect(limitOf([600])).toBeGreaterThan(0.95 * Math.sqrt(6 / 600));
    expect(limitOf([])).toBeLessThanOrEqual(Math.sqrt(6));
  });
});

describe("truncatedNormal", () => {
  test("has the deviation before the cut, 0.05 by default", () => {
    const { largest, variance } = moments(numbersOf(truncatedNormal()(key, [40_000], "float64")));
    expect(largest).toBeLessThanOrEqual(0.1);
    expect(Math.abs(Math.sqrt(variance) / (0.05 * 0.8796256610342398) - 1)).toBeLessThan(0.02);
  });

  test("a negative deviation", () => {
    expect(() => truncatedNormal({ standardDeviation: -1 })).toThrow(
      "truncatedNormal: standardDeviation is -1; expected a number from 0",
    );
  });
});

describe("orthogonal", () => {
  const size = fc.integer({ min: 1, max: 12 });

  property.prop([size, size, fc.integer({ min: 0, max: 1000 })])(
    "columns are orthonormal, or rows when there are more columns",
    (rows, columns, seed) => {
      const w = orthogonal()(random.key(seed), [rows, columns], "float64");
      const turned = transpose(w) as AnyTensor;
      const product = rows >= columns ? matmul(turned, w) : matmul(w, turned);
      const n = Math.min(rows, columns);
      numbersOf(product as AnyTensor).forEach((x, i) => {
        expect(Math.abs(x - (Math.floor(i / n) === i % n ? 1 : 0))).toBeLessThan(1e-14);
      });
    },
  );

  test("gain scales, axes before the last are one, dtypes", () => {
    const w = numbersOf(orthogonal()(key, [2, 3, 4], "float64"));
    expectClose(
      orthogonal({ gain: 3 })(key, [2, 3, 4], "float64"),
      w.map((x) => 3 * x),
      1e-15,
    );
    expect(numbersOf(orthogonal()(key, [6, 4], "float64"))).toEqual(w);
    expect(orthogonal()(key, [2, 2], "float32").dtype).toBe("float32");
  });

  test("takes both signs evenly, as a uniformly random matrix does", () => {
    // A 1 × 1 orthogonal matrix is ±1: QR without fixed signs would give one of them always.
    const signs = Array.from(
      { length: 200 },
      (_, seed) => numbersOf(orthogonal()(random.key(seed), [1, 1], "float64"))[0],
    );
    const positive = signs.filter((one) => one === 1).length;
    expect(signs.every((one) => Math.abs(one) === 1)).toBe(true);
    expect(Math.abs(positive - 100)).toBeLessThan(4 * Math.sqrt(50));
  });

  test("errors", () => {
    expect(() => orthogonal()(key, [5], "float32")).toThrow(
      "orthogonal: [5] is no matrix; expected at least two axes",
    );
    expect(() => orthogonal({ gain: Number.NaN })).toThrow(
      "orthogonal: gain is NaN; expected a finite number",
    );
  });
});

test("constantInitializer", () => {
  expect(numbersOf(constantInitializer(0)(key, [3], "float32"))).toEqual(numbersOf(zeros([3])));
  expect(numbersOf(constantInitializer(0.1)(key, [2], "float64"))).toEqual([0.1, 0.1]);
});
