import { describe, expect, test } from "vitest";
import * as special from "../../src/kernels/special/index.ts";
import golden from "../golden/special.json" with { type: "json" };
import { ulps } from "../ulps.ts";

// The bounds are the largest errors found in a search of 10 million arguments against 113-bit arithmetic, a little rounded up. In
// the tails an exponential is computed to more than 53 bits, so that little more than the half ulp of the last rounding is left.
const bounds: Record<string, { f: (x: number) => number; bound: number }> = {
  erf: { f: special.erf, bound: 0.9 },
  erfc: { f: special.erfc, bound: 1.2 },
  normalCdf: { f: special.normalCdf, bound: 1.1 },
  gelu: { f: special.gelu, bound: 1.1 },
  "centre of erfc": { f: special.erfc, bound: 0.76 },
  "tail of erfc": { f: special.erfc, bound: 0.7 },
  "tail of normalCdf": { f: special.normalCdf, bound: 0.72 },
  "tail of gelu": { f: special.gelu, bound: 0.72 },
  "tail of sigmoid": { f: special.sigmoid, bound: 0.54 },
  "tail of silu": { f: special.silu, bound: 0.54 },
  sigmoid: { f: special.sigmoid, bound: 0.8 },
  silu: { f: special.silu, bound: 0.8 },
  tanh: { f: special.tanh, bound: 0.8 },
  softplus: { f: special.softplus, bound: 1.7 },
  logSigmoid: { f: special.logSigmoid, bound: 1.7 },
  sinh: { f: special.sinh, bound: 1.9 },
  cosh: { f: special.cosh, bound: 1.4 },
  erfinv: { f: special.erfinv, bound: 1.8 },
  // The engine's own, which the reference takes as they are.
  exp: { f: Math.exp, bound: 1 },
  expm1: { f: Math.expm1, bound: 1 },
  log: { f: Math.log, bound: 1 },
  log1p: { f: Math.log1p, bound: 1 },
  sin: { f: Math.sin, bound: 1 },
  cos: { f: Math.cos, bound: 1 },
};

/** The error in ulps, given the exact value as a float64 and what its rounding left. */
function error(actual: number, expected: number, residual: number): number {
  const distance = ulps(actual, expected);
  return Math.abs((actual < expected ? -distance : distance) - residual);
}

describe("values to the last bits", () => {
  test("every function with golden values is tested", () => {
    expect(Object.keys(bounds).sort()).toEqual(Object.keys(golden).sort());
  });

  test.for(Object.entries(golden))("%s", ([name, rows]) => {
    const { f, bound } = bounds[name];
    const errors = rows.map(([x, y, residual]) => ({
      x,
      expected: y,
      actual: f(x),
      ulps: error(f(x), y, residual),
    }));
    expect(errors.filter((row) => !(row.ulps <= bound))).toEqual([]);
  });
});
