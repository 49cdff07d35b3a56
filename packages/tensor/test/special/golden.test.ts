import { describe, expect, test } from "vitest";
import * as special from "../../src/kernels/special/index.ts";
import golden from "../golden/special.json" with { type: "json" };
import { ulps } from "../ulps.ts";

// From golden/special.py, 80 digits. A bound is the largest error measured against 113-bit arithmetic on 10 million arguments
// (in the functions' docs; at most 1.8) plus the half ulp of the rounded expectation, rounded down.
const bounds: Record<string, { f: (x: number) => number; bound: number }> = {
  erf: { f: special.erf, bound: 1 },
  erfc: { f: special.erfc, bound: 1 },
  normalCdf: { f: special.normalCdf, bound: 1 },
  gelu: { f: special.gelu, bound: 1 },
  sigmoid: { f: special.sigmoid, bound: 1 },
  silu: { f: special.silu, bound: 1 },
  tanh: { f: special.tanh, bound: 1 },
  softplus: { f: special.softplus, bound: 2 },
  logSigmoid: { f: special.logSigmoid, bound: 2 },
  sinh: { f: special.sinh, bound: 2 },
  cosh: { f: special.cosh, bound: 1 },
  erfinv: { f: special.erfinv, bound: 2 },
  // The engine's own, which the reference takes as they are; all stay under 1 ulp in V8.
  exp: { f: Math.exp, bound: 1 },
  expm1: { f: Math.expm1, bound: 1 },
  log: { f: Math.log, bound: 1 },
  log1p: { f: Math.log1p, bound: 1 },
  sin: { f: Math.sin, bound: 1 },
  cos: { f: Math.cos, bound: 1 },
};

describe("values to the last bits", () => {
  test("every function with golden values is tested", () => {
    expect(Object.keys(bounds).sort()).toEqual(Object.keys(golden).sort());
  });

  test.for(Object.entries(golden))("%s", ([name, pairs]) => {
    const { f, bound } = bounds[name];
    const failures = pairs.filter(([x, y]) => !(ulps(f(x), y) <= bound));
    expect(failures.map(([x, y]) => ({ x, expected: y, actual: f(x), ulps: ulps(f(x), y) }))).toEqual([]);
  });
});
