import { opRegistry } from "@adjoint/ops";
import { type Op, primitives } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { mathTable } from "../src/math/index.ts";
import { compileLanes, targets } from "./runLanes.ts";

const ops: Readonly<Record<string, Op>> = { ...opRegistry, ...primitives };

/** The op's definition in float64. */
function definition(name: string): (...x: readonly number[]) => number {
  const { scalar } = ops[name];
  if (scalar === undefined) throw new Error(`${name} has no scalar definition`);
  return scalar;
}

/** The largest error in ulps of the exact value; half an ulp and a few thousandths for what is computed in float64. */
const boundsFloat32: Readonly<Record<string, number>> = {
  exp: 1.1,
  exp2: 1.1,
  expm1: 1.25,
  log: 1.3,
  log1p: 1.4,
  logSigmoid: 1.8,
  logisticPdf: 1.83,
  sigmoid: 1.76,
  silu: 1.75,
  softplus: 1.8,
  tanh: 1.37,
};
const IN_FLOAT64 = 0.505;

/** Numbers from 0 to 1, the same in every run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const specials = [
  0,
  -0,
  1,
  -1,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  0.75,
  1.5,
  -0.25,
  -0.75,
  5e-324,
  -5e-324,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  2 ** -1022,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  // Where exponentials overflow, become subnormal, and become 0.
  88.72283,
  88.72284,
  89,
  89.41598,
  89.41599,
  -87.33654,
  -87.33655,
  -103.97207,
  -103.97208,
  -104,
  709.782,
  709.79,
  -708.39,
  -708.4,
  -745.13,
  -745.14,
  -746,
  127.99999,
  128,
  -126,
  -149,
  -150,
  -151,
  1023.5,
  1024,
  -1074,
  -1075,
  // Where tails end.
  9.01,
  10.05,
  10.06,
  -14.1,
  -14.4,
  -14.5,
  17,
  25,
  40,
  // The multiples of π/2 that float32 come closest to, and large angles.
  1.5707963705062866,
  3.1415927410125732,
  16367173 * 2 ** 72,
  8388608,
  8388607.5,
  1e7,
  1e10,
  -1e22,
  6.0038e30,
  1.8e38,
];

/** Every exponent with both signs and some mantissas; denser where functions vary. */
function samples(dtype: "float32" | "float64"): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  const next = uniform(2026);
  const values = [...specials];
  const [lowest, highest, step] = dtype === "float32" ? [-149, 127, 1] : [-1074, 1023, 7];
  for (let exponent = lowest; exponent <= highest; exponent += step) {
    for (let i = 0; i < 60; i++) values.push((i % 2 === 0 ? 1 : -1) * 2 ** exponent * (1 + next()));
  }
  for (let i = 0; i < 30000; i++) values.push(4 * next() - 2, 240 * next() - 120);
  if (dtype === "float64") for (let i = 0; i < 4000; i++) values.push(1600 * next() - 800);
  while (values.length % 4 !== 0) values.push(0);
  return dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
}

const float64 = new Float64Array(1);
const bits64 = new BigInt64Array(float64.buffer);

/** The position of a float64 in the sequence of all: neighbours differ by 1, and −0 and 0 are both 0. */
function position(x: number): bigint {
  float64[0] = x;
  return bits64[0] < 0n ? -BigInt.asIntN(64, bits64[0] & 0x7fffffffffffffffn) : bits64[0];
}

/** How many float64 a result is off; infinite where signs of 0, NaN or infinities differ. */
function error64(actual: number, expected: number): number {
  if (Object.is(actual, expected)) return 0;
  if (Number.isNaN(actual) || Number.isNaN(expected) || actual === expected) return Number.POSITIVE_INFINITY;
  const distance = position(actual) - position(expected);
  return Number(distance < 0n ? -distance : distance);
}

/** The spacing of float32 around a value. */
function spacing(x: number): number {
  return Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23));
}

/** How many ulps a float32 result is off from the exact value; infinite where signs of 0, NaN or infinities differ. */
function error32(actual: number, exact: number): number {
  const expected = Math.fround(exact);
  if (Object.is(actual, expected)) return 0;
  if (actual === 0 && expected === 0) return Number.POSITIVE_INFINITY;
  if (Number.isNaN(actual) || Number.isNaN(expected)) return Number.POSITIVE_INFINITY;
  // ∞ is where the number after the largest would be.
  const [value, limit] = [actual, exact].map((x) => Math.max(-(2 ** 128), Math.min(x, 2 ** 128)));
  return Math.abs(value - limit) / spacing(Math.min(Math.abs(limit), 2 ** 127));
}

interface Worst {
  readonly error: number;
  readonly at: readonly number[];
  readonly actual: number;
  readonly expected: number;
}

function worst(
  inputs: readonly (Float32Array | Float64Array)[],
  actual: Float32Array | Float64Array,
  expected: Float64Array,
  errorOf: (actual: number, expected: number) => number,
): Worst {
  let result: Worst = { error: 0, at: [], actual: 0, expected: 0 };
  for (let i = 0; i < actual.length; i++) {
    const error = errorOf(actual[i], expected[i]);
    if (error > result.error) {
      result = { error, at: inputs.map((input) => input[i]), actual: actual[i], expected: expected[i] };
    }
  }
  return result;
}

const binary = ["pow", "expDifference", "elu", "remainder"];
const unary = [...mathTable.keys()].filter((name) => !binary.includes(name));

/** Pairs `a ≤ b`, most of them so near that the exponential of their difference is not 0. */
function ordered(dtype: "float32" | "float64"): (readonly [number, number])[] {
  const next = uniform(11);
  const [lowest, highest, reach] = dtype === "float32" ? [-149, 127, 106] : [-1074, 1023, 760];
  const round = dtype === "float32" ? Math.fround : Number;
  const pairs = specials.flatMap((a) => specials.map((b) => [round(a), round(b)] as const));
  for (let exponent = lowest; exponent <= highest; exponent++) {
    for (let i = 0; i < 20; i++) {
      const b = (i % 2 === 0 ? 1 : -1) * 2 ** exponent * (1 + next());
      pairs.push([round(b - reach * next() * 2 ** -(i % 8)), round(b)]);
    }
  }
  for (let i = 0; i < 30000; i++) {
    const b = (i % 3 === 0 ? 200 : 2) * (next() - 0.5);
    pairs.push([round(b - reach * next() * 2 ** -(i % 5)), round(b)]);
  }
  const kept = pairs.filter(([a, b]) => !(a > b));
  while (kept.length % 4 !== 0) kept.push([0, 0]);
  return kept;
}

describe("float32", () => {
  const x = samples("float32") as Float32Array<ArrayBuffer>;
  describe.each(unary)("%s", (name) => {
    const { float32: write } = mathTable.get(name) ?? {};
    const scalar = definition(name);
    const exact = Float64Array.from(x, (v) => scalar(v));
    test.each(targets)("%s", (simd) => {
      expect(write).toBeDefined();
      if (write === undefined) return;
      const found = worst([x], compileLanes("float32", simd, 1, write)(x), exact, error32);
      expect(found.error, JSON.stringify(found)).toBeLessThanOrEqual(boundsFloat32[name] ?? IN_FLOAT64);
    });
  });

  describe("pow", () => {
    const next = uniform(7);
    const pairs = specials.flatMap((a) => specials.map((b) => [a, b]));
    for (let i = 0; i < 20000; i++) {
      // Anything whose power is near the range of float32, a third with whole exponents.
      const base = Math.exp(176 * (next() - 0.5)) * (i % 4 === 0 ? -1 : 1);
      const exponent = (next() - 0.5) * Math.min(1e6, 220 / Math.abs(Math.log(Math.abs(base))));
      pairs.push([base, i % 3 === 0 ? Math.round(exponent) : exponent]);
      const near1 = 1 + (next() - 0.5) * 2 ** -(i % 20);
      pairs.push([near1, (next() - 0.5) * (220 / Math.abs(Math.log(near1)))]);
    }
    while (pairs.length % 4 !== 0) pairs.push([1, 1]);
    const a = Float32Array.from(pairs, ([base]) => base);
    const b = Float32Array.from(pairs, ([, exponent]) => exponent);
    const scalar = definition("pow");
    const exact = Float64Array.from(a, (base, i) => scalar(base, b[i]));
    test.each(targets)("%s", (simd) => {
      const write = mathTable.get("pow")?.float32;
      expect(write).toBeDefined();
      if (write === undefined) return;
      const found = worst([a, b], compileLanes("float32", simd, 2, write)(a, b), exact, error32);
      expect(found.error, JSON.stringify(found)).toBeLessThanOrEqual(IN_FLOAT64);
    });
  });
});

describe("float32 remainder", () => {
  const next = uniform(9);
  const pairs = specials.flatMap((a) => specials.map((b) => [a, b]));
  for (let i = 0; i < 40_000; i++) {
    const b = (i % 2 === 0 ? 1 : -1) * 2 ** Math.round(276 * next() - 149) * (1 + next());
    // Quotients of a few bits, of some and of any number; whole multiples, and what is next to them.
    const quotient = 2 ** ([4, 40, 276][i % 3] * next()) * (i % 4 < 2 ? 1 : -1);
    const a = Math.fround(b) * (i % 5 === 0 ? Math.round(quotient) : quotient);
    pairs.push([i % 10 === 0 ? a * (1 + 2 ** -24) : a, b]);
  }
  while (pairs.length % 4 !== 0) pairs.push([1, 1]);
  const [a, b] = [0, 1].map((k) => Float32Array.from(pairs, (pair) => pair[k]));
  const scalar = definition("remainder");
  const exact = Float32Array.from(a, (x, i) => scalar(x, b[i]));
  test.each(targets)("is that of the reference to the bit: %s", (simd) => {
    const write = mathTable.get("remainder")?.float32;
    expect(write).toBeDefined();
    if (write === undefined) return;
    const found = compileLanes("float32", simd, 2, write)(a, b);
    const wrong = pairs.flatMap((_, i) =>
      Object.is(found[i], exact[i]) ? [] : [[a[i], b[i], found[i], exact[i]]],
    );
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});

describe.each([
  // The definitions are rounded themselves, so that a distance of 2 can be an error of 1½ ulps.
  { dtype: "float64", bound: 2, errorOf: error64 },
  { dtype: "float32", bound: 1.2, errorOf: error32 },
] as const)("expDifference in $dtype", ({ dtype, bound, errorOf }) => {
  const pairs = ordered(dtype);
  const values = dtype === "float32" ? Float32Array : Float64Array;
  const [a, b] = [0, 1].map((i) => new values(pairs.map((pair) => pair[i])));
  const exact = Float64Array.from(pairs, ([x, y]) => definition("expDifference")(x, y));
  test.each(targets)("%s", (simd) => {
    const write = mathTable.get("expDifference")?.[dtype];
    expect(write).toBeDefined();
    if (write === undefined) return;
    const found = worst([a, b], compileLanes(dtype, simd, 2, write)(a, b), exact, errorOf);
    expect(found.error, JSON.stringify(found)).toBeLessThanOrEqual(bound);
  });
});

describe.each([
  // The definition rounds the product, as the function does.
  { dtype: "float64", bound: 3, errorOf: error64 },
  { dtype: "float32", bound: 0.51, errorOf: error32 },
] as const)("elu in $dtype", ({ dtype, bound, errorOf }) => {
  const x = samples(dtype);
  const values = dtype === "float32" ? Float32Array : Float64Array;
  test.each(targets)("%s, whatever α is", (simd) => {
    const write = mathTable.get("elu")?.[dtype];
    expect(write).toBeDefined();
    if (write === undefined) return;
    const run = compileLanes(dtype, simd, 2, write);
    const next = uniform(3);
    for (const alpha of [1, 0.5, 0.3, 1.7, 1.999, -0.7, ...Array.from({ length: 8 }, () => 3 * next())]) {
      const [given] = values.of(alpha);
      const exact = Float64Array.from(x, (v) => definition("elu")(v, given));
      const found = worst([x], run(x, new values(x.length).fill(alpha)), exact, errorOf);
      expect(found.error, JSON.stringify({ alpha, ...found })).toBeLessThanOrEqual(bound);
    }
  });
});

describe("float64", () => {
  const x = samples("float64") as Float64Array<ArrayBuffer>;
  describe.each(unary.filter((name) => mathTable.get(name)?.float64 !== undefined))("%s", (name) => {
    const { float64: write } = mathTable.get(name) ?? {};
    const scalar = definition(name);
    const exact = Float64Array.from(x, (v) => scalar(v));
    test.each(targets)("%s", (simd) => {
      if (write === undefined) return;
      const actual = compileLanes("float64", simd, 1, write)(x);
      const found = worst([x], actual, exact, error64);
      // The definitions are rounded themselves, so that a distance of 2 can be an error of 1½ ulps.
      expect(found.error, JSON.stringify(found)).toBeLessThanOrEqual(2);
    });
  });
});

test.each(unary)("%s gives the same bits wherever in a vector a value stands", (name) => {
  const write = mathTable.get(name)?.float32;
  expect(write).toBeDefined();
  if (write === undefined) return;
  const run = compileLanes("float32", targets[0], 1, write);
  const mixed = Float32Array.of(0.3, Number.NaN, 1e-41, -1e30, 3, -0.3, 120, 1);
  const together = run(mixed);
  for (const [i, value] of mixed.entries())
    expect(run(new Float32Array(4).fill(value))[i % 4]).toBe(together[i]);
});
