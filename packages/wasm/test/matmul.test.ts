import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { ModuleBuilder } from "../src/ir/index.ts";
import { type MatmulSpec, matmulFlops, matmulKernel } from "../src/kernels/matmul/matmul.ts";
import { addPartsKernel, addPartsUnits, partSpec } from "../src/kernels/matmul/parts.ts";
import type { Target } from "../src/target.ts";
import { withLoadOrder } from "./runLanes.ts";

// Node 20 has relaxed SIMD behind a flag.
process.getBuiltinModule("node:v8").setFlagsFromString("--experimental-wasm-relaxed-simd");

const targets = (["relaxed", "plain", "none"] as const).flatMap((simd) =>
  (simd === "none" ? [false] : [false, true]).map((keepsLoadOrder) => ({
    simd,
    ...withLoadOrder(simd, keepsLoadOrder),
  })),
);

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array };
type Numbers = Float32Array | Float64Array | Int32Array;

/** What stands in memory around and between arrays: found again, it was not written over. */
const guard = 0x5a;

function specOf(given: Partial<MatmulSpec>): MatmulSpec {
  const spec = {
    m: 1,
    k: 1,
    n: 1,
    transposeA: false,
    transposeB: false,
    dtype: "float32" as const,
    batch: 1,
    ...given,
  };
  return { strideA: spec.m * spec.k, strideB: spec.k * spec.n, ...spec };
}

/** Elements that a batch of operands takes. */
const extent = (batch: number, stride: number, size: number): number =>
  batch === 0 ? 0 : (batch - 1) * stride + size;

interface RunOptions {
  readonly cuts?: readonly number[];
  readonly last?: "a" | "b";
  /** Which rows of A are meant. */
  readonly indices?: Uint8Array | Int32Array;
}

/**
 * Runs the kernel, once for each range between two neighbouring cuts, and checks that it writes C alone. One of the operands stands at
 * the end of the memory, so that reading more than 16 bytes past it traps.
 */
function run(
  spec: MatmulSpec,
  target: Target,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { cuts = [], last = "a", indices }: RunOptions = {},
): Numbers {
  const bytes = spec.dtype === "float64" ? 8 : 4;
  const size = spec.batch * spec.m * spec.n;
  const padded = (length: number): number => Math.ceil((length * bytes) / 16) * 16;
  const { units, scratchBytes, write } = matmulKernel(spec, target);
  const addressC = 64;
  const addressScratch = addressC + padded(size) + 64;
  const addressIndices = addressScratch + Math.ceil(scratchBytes / 16) * 16 + 64;
  const addressFirst = addressIndices + Math.ceil((indices?.byteLength ?? 0) / 16) * 16;
  const [first, second] = last === "a" ? [b, a] : [a, b];
  const end = addressFirst + padded(first.length) + 64 + padded(second.length) + 16;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536) });
  const addressSecond = memory.buffer.byteLength - 16 - padded(second.length);
  const [addressA, addressB] = last === "a" ? [addressSecond, addressFirst] : [addressFirst, addressSecond];
  const all = new Uint8Array(memory.buffer).fill(guard);
  const array = (address: number, length: number): Numbers =>
    new arrays[spec.dtype](memory.buffer, address, length);
  array(addressA, a.length).set(a);
  array(addressB, b.length).set(b);
  if (indices !== undefined) all.set(new Uint8Array(indices.buffer), addressIndices);
  const operandsAt = indices === undefined ? [addressA, addressB] : [addressA, addressIndices, addressB];

  const module = new ModuleBuilder({ shared: false });
  module.addFunction("matmul", write());
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { env: { memory } });
  const kernel = instance.exports.matmul as (...args: number[]) => void;
  const operands = Buffer.from(all.slice(addressIndices));
  const bounds = [0, ...cuts.map((cut) => Math.min(cut, units)).sort((x, y) => x - y), units];
  for (let i = bounds.length - 2; i >= 0; i--) {
    all.fill(guard, addressScratch, addressScratch + scratchBytes); // each range may be another thread's
    kernel(...operandsAt, addressC, addressScratch, bounds[i], bounds[i + 1]);
  }

  const isGuard = (from: number, to: number): boolean =>
    Buffer.alloc(to - from, guard).equals(all.subarray(from, to));
  expect(operands.equals(all.subarray(addressIndices))).toBe(true);
  expect(isGuard(0, addressC)).toBe(true);
  expect(isGuard(addressC + padded(size), addressScratch)).toBe(true);
  expect(isGuard(addressScratch + scratchBytes, addressIndices)).toBe(true);
  return array(addressC, size);
}

interface Exact {
  readonly product: number[];
  /** Σ |a| |b| of each element. */
  readonly size: number[];
}

/** Three plain loops in float64, or modulo 2³². */
function reference(spec: MatmulSpec, a: ArrayLike<number>, b: ArrayLike<number>): Exact {
  const { m, k, n, batch, strideA, strideB, transposeA, transposeB, dtype } = spec;
  const product: number[] = [];
  const size: number[] = [];
  for (let item = 0; item < batch; item++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        let absolute = 0;
        for (let p = 0; p < k; p++) {
          const x = a[item * strideA + (transposeA ? p * m + i : i * k + p)];
          const y = b[item * strideB + (transposeB ? j * k + p : p * n + j)];
          sum = dtype === "int32" ? (sum + Math.imul(x, y)) | 0 : sum + x * y;
          absolute += Math.abs(x * y);
        }
        product.push(sum);
        size.push(absolute);
      }
    }
  }
  return { product, size };
}

/** Numbers of many sizes from a seed, rounded to the dtype. */
function numbers(dtype: MatmulSpec["dtype"], length: number, seed: number): Numbers {
  let state = seed | 1;
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return (Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0) / 2 ** 32;
  };
  return new arrays[dtype](length).map(() =>
    dtype === "int32" ? (next() * 2 ** 32) | 0 : (next() - 0.5) * 2 ** Math.floor(next() * 8),
  );
}

function operands(spec: MatmulSpec, seed: number): [Numbers, Numbers] {
  const { m, k, n, batch, strideA, strideB, dtype } = spec;
  return [
    numbers(dtype, extent(batch, strideA, m * k), seed),
    numbers(dtype, extent(batch, strideB, k * n), seed + 1),
  ];
}

function expectSameBits(a: Numbers, b: Numbers): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Numbers): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  expect(bytes(a).equals(bytes(b))).toBe(true);
}

/** |computed − exact| ≤ γ_k Σ |a| |b| (Higham 2002, 3.5), γ_k = k u / (1 − k u), however the sum is ordered. */
function expectClose(spec: MatmulSpec, computed: Numbers, { product, size }: Exact): void {
  if (spec.dtype === "int32") {
    expect(Array.from(computed)).toEqual(product);
    return;
  }
  const unit = spec.dtype === "float32" ? 2 ** -24 : 2 ** -53;
  // The float64 reference has the same error as what it checks.
  const gamma = (spec.k + 1) * unit * (spec.dtype === "float64" ? 2 : 1);
  expect(computed.length).toBe(product.length);
  product.forEach((exact, i) => {
    const error = Math.abs(computed[i] - exact);
    if (!(error <= gamma * size[i])) {
      expect.fail(`element ${i} of ${JSON.stringify(spec)}: ${computed[i]} instead of ${exact}`);
    }
  });
}

const anySpec = fc
  .record({
    m: fc.nat(40),
    k: fc.nat(40),
    n: fc.nat(40),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    dtype: fc.constantFrom("float32" as const, "float64" as const, "int32" as const),
    batch: fc.constantFrom(0, 1, 1, 2, 3),
    shareA: fc.boolean(),
    shareB: fc.boolean(),
  })
  .map(({ shareA, shareB, ...rest }) => {
    const spec = specOf(rest);
    return { ...spec, strideA: shareA ? 0 : spec.strideA, strideB: shareB ? 0 : spec.strideB };
  });

/** A product of rows that are chosen among `rows`, with their indices. */
const choice = fc
  .record({
    dtype: fc.constantFrom("float32" as const, "float64" as const, "int32" as const),
    m: fc.integer({ min: 2, max: 40 }),
    k: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.constantFrom(700, 1500)),
    n: fc.integer({ min: 2, max: 70 }),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    indexBytes: fc.constantFrom(1 as const, 4 as const),
    rows: fc.integer({ min: 1, max: 200 }),
    seed: fc.integer(),
    cuts: fc.array(fc.nat(40), { maxLength: 3 }),
    last: fc.constantFrom("a" as const, "b" as const),
  })
  .map(({ rows, seed, cuts, last, ...rest }) => {
    const spec = { ...specOf(rest), indexBytes: rest.indexBytes };
    const Indices = spec.indexBytes === 1 ? Uint8Array : Int32Array;
    const indices = new Indices(spec.transposeA ? spec.k : spec.m);
    numbers("int32", indices.length, seed).forEach((number, i) => {
      indices[i] = (number >>> 0) % rows;
    });
    return { spec, rows, seed, cuts, last, indices };
  });

/** Products whose first operand has many zeros, and some number in it or in the second that is not finite. */
const withZeros = fc.record({
  shape: fc.record({
    m: fc.integer({ min: 16, max: 150 }),
    k: fc.oneof(fc.integer({ min: 16, max: 150 }), fc.constantFrom(784, 1500)),
    n: fc.integer({ min: 4, max: 70 }),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
  }),
  density: fc.constantFrom(0, 0.02, 0.2, 0.4, 0.7),
  special: fc.constantFrom(undefined, undefined, Number.NaN, Number.POSITIVE_INFINITY),
  isInA: fc.boolean(),
  seed: fc.integer(),
  cuts: fc.array(fc.nat(40), { maxLength: 3 }),
  last: fc.constantFrom("a" as const, "b" as const),
});

/** Products that are computed in parts of `k` each. */
const inParts = fc.record({
  parts: fc.integer({ min: 2, max: 5 }),
  shape: fc.record({
    m: fc.integer({ min: 2, max: 40 }),
    k: fc.integer({ min: 1, max: 300 }),
    n: fc.integer({ min: 2, max: 40 }),
    dtype: fc.constantFrom("float32" as const, "float64" as const, "int32" as const),
  }),
  density: fc.constantFrom(0.1, 1),
  seed: fc.integer(),
  cuts: fc.array(fc.nat(100), { maxLength: 3 }),
  last: fc.constantFrom("a" as const, "b" as const),
});

const layouts = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

describe.each(targets)("matmul with $simd SIMD, keepsLoadOrder $keepsLoadOrder", (target) => {
  property.prop([anySpec, fc.integer()], { numRuns: 150 })(
    "is the product within γ_k |A| |B|",
    (spec, seed) => {
      const [a, b] = operands(spec, seed);
      expectClose(spec, run(spec, target, a, b, { last: seed % 2 === 0 ? "a" : "b" }), reference(spec, a, b));
    },
  );

  property.prop([anySpec, fc.integer(), fc.array(fc.nat(40), { maxLength: 3 })], { numRuns: 60 })(
    "has the same bits however its units are split",
    (spec, seed, cuts) => {
      const [a, b] = operands(spec, seed);
      expectSameBits(run(spec, target, a, b, { cuts }), run(spec, target, a, b));
    },
  );

  property.prop([choice], { numRuns: 100 })(
    "has the same bits for chosen rows as for a copy of them",
    ({ spec, rows, seed, cuts, last, indices }) => {
      const { m, k, n, transposeA, dtype } = spec;
      const length = transposeA ? m : k;
      const values = numbers(dtype, rows * length, seed);
      const b = numbers(dtype, k * n, seed + 1);
      const copy = new arrays[dtype](m * k);
      indices.forEach((index, row) => {
        copy.set(values.subarray(index * length, (index + 1) * length), row * length);
      });
      const { indexBytes: _, ...inOrder } = spec;
      expectSameBits(run(spec, target, values, b, { cuts, last, indices }), run(inOrder, target, copy, b));
    },
  );

  property.prop([withZeros], { numRuns: 60 })(
    "is the same with many zeros in the first operand, which may be left out",
    ({ shape, density, special, isInA, seed, cuts, last }) => {
      const spec = specOf(shape);
      const [numbersA, b] = operands(spec, seed);
      const chances = numbers("int32", numbersA.length, seed + 2);
      const a = numbersA.map((value, i) => {
        const isZero = (chances[i] >>> 0) / 2 ** 32 >= density;
        return isZero ? (i % 2 === 0 ? 0 : -0) : value;
      });
      const operand = isInA ? a : b;
      if (special !== undefined) operand[(seed >>> 0) % operand.length] = special;
      const computed = run(spec, target, a, b);
      const { product, size } = reference(spec, a, b);
      const isOrdinary = product.map(Number.isFinite);
      expect(computed.filter((_, i) => !isOrdinary[i])).toEqual(
        Float32Array.from(product.filter((_, i) => !isOrdinary[i])),
      );
      const ordinary = <T extends { filter(keep: (_: number, i: number) => boolean): T }>(all: T): T =>
        all.filter((_, i) => isOrdinary[i]);
      expectClose(spec, ordinary(computed), { product: ordinary(product), size: ordinary(size) });
      expectSameBits(run(spec, target, a, b, { cuts, last }), computed);
      const indices = Int32Array.from({ length: spec.transposeA ? spec.k : spec.m }, (_, i) => i);
      expectSameBits(run({ ...spec, indexBytes: 4 }, target, a, b, { cuts, last, indices }), computed);
    },
  );

  property.prop([inParts], { numRuns: 60 })(
    "is computed in parts of k, of rows as they are stored and of chosen ones",
    ({ parts, shape, density, seed, cuts, last }) => {
      const one = specOf(shape);
      const { m, k, n } = one;
      const whole = specOf({ ...shape, k: parts * k });
      const spec = partSpec(whole, parts);
      const [numbersA, b] = operands(whole, seed);
      const a = numbersA.map((value, i) => ((i * i * Math.SQRT2) % 1 < density ? value : 0));
      const products = run(spec, target, a, b, { cuts, last });
      for (let part = 0; part < parts; part++) {
        const columns = a.filter((_, i) => Math.floor((i % whole.k) / k) === part);
        const rows = b.subarray(part * k * n, (part + 1) * k * n);
        expectClose(one, products.slice(part * m * n, (part + 1) * m * n), reference(one, columns, rows));
      }
      const indices = Int32Array.from({ length: m }, (_, i) => m - 1 - i);
      const reversed = a.map((_, i) => a[indices[Math.floor(i / whole.k)] * whole.k + (i % whole.k)]);
      const chosen = run({ ...spec, indexBytes: 4 }, target, a, b, { cuts, last, indices });
      expectSameBits(chosen, run(spec, target, reversed, b));
    },
  );

  test.each(["float32", "float64", "int32"] as const)("parts are added up in their order: %s", (dtype) => {
    const spec = { count: 7, parts: 3, dtype };
    const memory = new WebAssembly.Memory({ initial: 1 });
    const values = new arrays[dtype](memory.buffer, 0, 21);
    // In float32 and float64 the order makes a difference: 2⁶⁰ − 2⁶⁰ + 1.
    for (let i = 0; i < 7; i++) {
      values[i] = dtype === "int32" ? 2 ** 31 - 1 : 2 ** 60;
      values[7 + i] = dtype === "int32" ? 1 : -(2 ** 60);
      values[14 + i] = i;
    }
    const module = new ModuleBuilder({ shared: false });
    module.addFunction("add", addPartsKernel(spec, target));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { env: { memory } });
    (exports.add as (...args: number[]) => void)(0, 512, 0, 0, addPartsUnits(spec, target));
    const first = dtype === "int32" ? -(2 ** 31) : 0;
    expect([...new arrays[dtype](memory.buffer, 512, 7)]).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((i) => first + i),
    );
  });

  // Blocks of k, blocks of rows, packed panels, split in panels and in rows.
  test.each(
    [
      { m: 7, k: 700, n: 25 },
      { m: 130, k: 300, n: 130 },
      { m: 40, k: 257, n: 513 },
      { m: 270, k: 101, n: 140 },
      { m: 650, k: 300, n: 140 },
      { m: 800, k: 301, n: 9 },
      { m: 3, k: 5001, n: 9 },
      { m: 1, k: 2500, n: 70 },
      { m: 70, k: 2500, n: 1 },
      { m: 1, k: 1, n: 1 },
    ].flatMap((shape) => layouts.map((layout) => ({ ...shape, ...layout }))),
  )("m $m, k $k, n $n, transposeA $transposeA, transposeB $transposeB", (shape) => {
    const spec = specOf(shape);
    const [a, b] = operands(spec, 7);
    const whole = run(spec, target, a, b);
    const cuts = [1, 2, matmulKernel(spec, target).units >> 1];
    expectClose(spec, whole, reference(spec, a, b));
    expectSameBits(run(spec, target, a, b, { cuts, last: "b" }), whole);
  });

  test("k that blocks of equal length leave a single element of", () => {
    const spec = specOf({ m: 1, k: 2 ** 20 + 1, n: 1 });
    const [a, b] = operands(spec, 7);
    expectClose(spec, run(spec, target, a, b), reference(spec, a, b));
  });

  property.prop(
    [
      anySpec.filter(({ m, k, n, batch, dtype }) => m * k * n * batch > 0 && dtype !== "int32"),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      fc.nat(),
      fc.boolean(),
    ],
    { numRuns: 60 },
  )("NaN and ∞ reach the elements that IEEE 754 says, zeros included", (spec, special, position, inA) => {
    const [a, b] = operands(spec, 3).map((x) => x.map((v, i) => (i % 3 === 0 ? 0 : v)));
    const operand = inA ? a : b;
    operand[position % operand.length] = special;
    const computed = run(spec, target, a, b);
    reference(spec, a, b).product.forEach((exact, i) => {
      if (!Number.isFinite(exact)) expect(computed[i]).toBe(exact);
      else expect(Number.isFinite(computed[i])).toBe(true);
    });
  });

  test.each(layouts)("no terms give zeros: transposeA $transposeA, transposeB $transposeB", (layout) => {
    for (const dtype of ["float32", "float64", "int32"] as const) {
      for (const [m, n] of [
        [5, 7],
        [9, 9],
        [1, 9],
        [9, 1],
        [1, 1],
        [40, 8],
      ]) {
        const spec = specOf({ m, k: 0, n, batch: 2, dtype, ...layout });
        expect(Array.from(run(spec, target, [], []))).toEqual(new Array(2 * m * n).fill(0));
      }
    }
  });

  test.each([{ m: 0 }, { n: 0 }, { batch: 0 }])("nothing to compute is no units: %o", (zero) => {
    expect(matmulKernel(specOf({ m: 3, k: 4, n: 5, ...zero }), target).units).toBe(0);
  });

  test("int32 wraps", () => {
    const spec = specOf({ m: 1, k: 2, n: 1, dtype: "int32" });
    expect(Array.from(run(spec, target, [2 ** 30, 2 ** 31 - 1], [2, 2]))).toEqual([
      (2 ** 31 + 2 ** 32 - 2) | 0,
    ]);
  });
});

test("counts a multiplication and an addition for each term", () => {
  expect(matmulFlops(specOf({ m: 2, k: 3, n: 5, batch: 7 }))).toBe(420);
});
