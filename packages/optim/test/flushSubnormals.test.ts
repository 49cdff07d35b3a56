import { type AnyTensor, mul, parameter, sum, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { flushSubnormals } from "../src/flushSubnormals.ts";
import { adagrad, adam, adamw, rmsprop } from "../src/index.ts";

describe("flushSubnormals", () => {
  test.each([
    ["float32", 2 ** -126, 2 ** -127],
    ["float64", 2 ** -1022, 2 ** -1023],
  ] as const)("of %s keeps normal numbers and NaN, and makes others 0", (dtype, normal, subnormal) => {
    const x = tensor([normal, -normal, subnormal, -subnormal, 0, 1, Number.NEGATIVE_INFINITY, Number.NaN], {
      dtype,
    });
    const y = [...flushSubnormals(x as AnyTensor).toTypedArray()];
    expect(y.map((one) => one + 0)).toEqual([
      normal,
      -normal,
      0,
      0,
      0,
      1,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });
  describe.each([
    ["adam", adam],
    ["adamw", adamw],
    ["rmsprop", rmsprop],
    ["adagrad", adagrad],
  ] as const)("%s", (_, make) => {
    const stepBy = (slope: number, epsilon: number, dtype: "float32" | "float64"): number => {
      const w = parameter(tensor([1], { dtype }) as AnyTensor);
      const made = make([w], { learningRate: 0.125, epsilon });
      made.minimize(sum(mul(w, tensor([slope], { dtype }))));
      return 1 - w.toTypedArray()[0];
    };
    test.each([
      ["float32", 1e-19],
      ["float64", 1e-160],
    ] as const)("divides by subnormal state of %s where epsilon is 0, as by any other", (dtype, slope) => {
      const usual = stepBy(1, 0, dtype);
      // The subnormal state has few bits left: half of one in 2.
      expect(stepBy(slope, 0, dtype) / usual).toBeGreaterThan(0.7);
      expect(stepBy(slope, 0, dtype) / usual).toBeLessThan(1.5);
    });
    test("tells a tiny epsilon from none", () => {
      const ratio = stepBy(1e-19, 1e-25, "float32") / stepBy(1, 0, "float32");
      expect(ratio).toBeGreaterThan(0.99);
      expect(ratio).toBeLessThan(1.01);
    });
  });
  test("moments of a gradient that has become 0 end at 0", () => {
    const w = parameter(tensor([1]));
    const optimizer = adam([w]);
    const slope = parameter(tensor([1e-30]), { trainable: false });
    optimizer.minimize(sum(mul(w, slope)));
    slope.assign(tensor([0]));
    const momentNow = (): number => (optimizer.stateDict()["parameter.m"] as AnyTensor).toTypedArray()[0];
    const seen: number[] = [];
    for (let i = 0; i < 200; i++) {
      optimizer.minimize(sum(mul(w, slope)));
      seen.push(momentNow());
    }
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen.filter((m) => m !== 0 && m < 2 ** -126)).toEqual([]);
    expect(seen.at(-1)).toBe(0);
  });
});
