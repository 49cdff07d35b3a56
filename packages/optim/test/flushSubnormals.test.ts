import { type AnyTensor, mul, parameter, sum, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { flushSubnormals } from "../src/flushSubnormals.ts";
import { adam } from "../src/index.ts";

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
