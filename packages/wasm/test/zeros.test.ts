import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  type Expression,
  FunctionBuilder,
  giveBack,
  i32,
  type Local,
  ModuleBuilder,
} from "../src/ir/index.ts";
import { allFinite } from "../src/kernels/allFinite.ts";
import { elementOf } from "../src/kernels/matmul/element.ts";
import { isSparse, sparsePlanOf, sparseProduct, sparseScratchBytes } from "../src/kernels/matmul/sparse.ts";
import { type MatmulSpec, normalise } from "../src/kernels/matmul/spec.ts";
import {
  mapColumns,
  mappedTogether,
  mapRowBytes,
  mapRows,
  type Stored,
  sampleNonzeros,
  samples,
} from "../src/kernels/matmul/zeros.ts";
import { withLoadOrder } from "./runLanes.ts";

const target = withLoadOrder("plain", false);

function specOf(given: Pick<MatmulSpec, "m" | "k" | "n"> & Partial<MatmulSpec>): MatmulSpec {
  const rest = { transposeA: false, transposeB: false, dtype: "float32" as const, batch: 1 };
  return { ...rest, strideA: given.m * given.k, strideB: given.k * given.n, ...given };
}

const start = 1024;

/** Runs a function of no arguments that reads `values`, which stand from `start` to the end of the memory but for 16 bytes. */
function run(
  values: Float32Array,
  write: (f: FunctionBuilder, address: Local<"i32">, after: number) => Expression<"i32">,
): { result: number; memory: ArrayBuffer; address: number } {
  const size = Math.ceil((start + values.byteLength + 16) / 65536) * 65536;
  const address = size - 16 - Math.ceil(values.byteLength / 16) * 16;
  const memory = new WebAssembly.Memory({ initial: size / 65536 + 1 });
  new Uint8Array(memory.buffer).fill(0xff);
  new Float32Array(memory.buffer, address, values.length).set(values);
  const f = new FunctionBuilder([], ["i32"]);
  f.emit(giveBack(write(f, f.keep(i32.const(address)), size)));
  f.emit(i32.const(0).code);
  const module = new ModuleBuilder({ shared: false });
  module.addFunction("run", f);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { env: { memory } });
  return { result: (instance.exports.run as () => number)(), memory: memory.buffer, address };
}

function storedAt(address: Local<"i32">, rows: number, columns: number): Stored {
  return {
    rows,
    columns,
    rowAt: (row) => i32.add(address, i32.mul(row, i32.const(columns * 4))),
  };
}

/** Zeros of both signs, and what is not zero: small, NaN, infinite. */
const someNumber = fc.constantFrom(0, 0, -0, 0, 1, -2, 2 ** -149, Number.NaN, Number.NEGATIVE_INFINITY);

describe.each([{ transposeA: false }, { transposeA: true }])(
  "a map with transposeA $transposeA",
  ({ transposeA }) => {
    property.prop(
      [
        fc.integer({ min: 16, max: 70 }),
        fc.integer({ min: 16, max: 150 }),
        fc.nat(),
        fc.nat(),
        fc.infiniteStream(someNumber),
      ],
      { numRuns: 200 },
    )("has a bit for each element that is not zero", (m, k, one, other, stream) => {
      const [from, to] = [one % (m + 1), other % (m + 1)].sort((a, b) => a - b);
      const values = Float32Array.from({ length: m * k }, () => stream.next().value);
      const spec = normalise(specOf({ m, k, n: 8, transposeA }));
      const mapRow = mapRowBytes(spec);
      // Beside the values there is a page for the map, and room before it.
      const { memory } = run(values, (f, address, after) => {
        const [rows, columns] = transposeA ? [k, m] : [m, k];
        const range = { from: i32.const(from), to: i32.const(to) };
        const map = f.keep(i32.const(after + 2 * mappedTogether * mapRow));
        (transposeA ? mapColumns : mapRows)(f, spec, storedAt(address, rows, columns), { ...range, map });
        return map;
      });
      const base = memory.byteLength - 65536 + 2 * mappedTogether * mapRow;
      const bits = new Uint8Array(memory);
      for (let row = from; row < to; row++) {
        for (let step = 0; step < mapRow * 8; step++) {
          const bit = (bits[base + (row - from) * mapRow + (step >> 3)] >> (step & 7)) & 1;
          const isNonzero = step < k && values[transposeA ? step * m + row : row * k + step] !== 0;
          if (bit !== Number(isNonzero)) expect.fail(`row ${row}, step ${step} of [${m}, ${k}]: ${bit}`);
        }
      }
      const isUntouched = (first: number, bytes: number): boolean =>
        bits.subarray(first, first + bytes).every((byte) => byte === 0xff);
      expect(isUntouched(base - 2 * mappedTogether * mapRow, mappedTogether * mapRow)).toBe(true);
      expect(isUntouched(base + (to - from + mappedTogether) * mapRow, mappedTogether * mapRow)).toBe(true);
    });
  },
);

property.prop(
  [
    fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 70 }),
    fc.option(
      fc.tuple(fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY), fc.nat()),
    ),
  ],
  { numRuns: 200 },
)("numbers are all finite but where one is not", (numbers, special) => {
  const values = Float32Array.from(numbers);
  if (special !== null) values[special[1] % values.length] = special[0];
  const { result } = run(values, (f, address) =>
    allFinite(f, elementOf("float32", target), address, values.length),
  );
  expect(result).toBe(Number(special === null));
});

describe("samples", () => {
  const count = (rows: number, columns: number, values: Float32Array): number =>
    run(values, (f, address) => sampleNonzeros(f, storedAt(address, rows, columns))).result;

  const extent = fc.integer({ min: 1, max: 100 });
  property.prop([extent, extent])("are counted if they are not zero: neither, nor −0", (rows, columns) => {
    const values = new Float32Array(rows * columns);
    expect(count(rows, columns, values.fill(0))).toBe(0);
    expect(count(rows, columns, values.fill(-0))).toBe(0);
    expect(count(rows, columns, values.fill(2 ** -149))).toBe(samples);
    expect(count(rows, columns, values.fill(Number.NaN))).toBe(samples);
  });

  // 24 standard deviations of a random sample are 1; a share that is off by an eighth moves no plan far.
  test.each([
    [32, 784],
    [784, 32],
    [128, 784],
    [60, 100],
    [64, 64],
    [1000, 16],
  ])("of [%i, %i] hit each half and each third of rows and columns in proportion", (rows, columns) => {
    for (const parts of [2, 3]) {
      for (let part = 0; part < parts; part++) {
        for (const isRow of [true, false]) {
          const values = new Float32Array(rows * columns).map((_, i) => {
            const [place, length] = isRow ? [Math.floor(i / columns), rows] : [i % columns, columns];
            return Number(Math.floor((place * parts) / length) === part);
          });
          expect(Math.abs(count(rows, columns, values) - samples / parts)).toBeLessThan(samples / 8);
        }
      }
    }
  });
});

describe("a product without zeros", () => {
  const digits = specOf({ m: 32, k: 784, n: 25 });

  test.each([
    ["float64", { ...digits, dtype: "float64" as const }],
    ["int32", { ...digits, dtype: "int32" as const }],
    ["a batch of products", { ...digits, batch: 2 }],
    ["one column", { ...digits, n: 1 }],
    ["few elements", { ...digits, m: 16, k: 16 }],
  ])("is not planned for %s", (_, spec) => {
    expect(sparsePlanOf(normalise(spec), elementOf(spec.dtype, target), target)).toBeUndefined();
  });

  test("is not planned for scalars", () => {
    const scalars = withLoadOrder("none", false);
    expect(sparsePlanOf(digits as never, elementOf("float32", scalars), scalars)).toBeUndefined();
  });

  test.each([
    { density: 0, special: 0, expected: 1 },
    { density: 0.2, special: 0, expected: 1 },
    { density: 0.2, special: Number.NaN, expected: 0 },
    { density: 0.2, special: Number.NEGATIVE_INFINITY, expected: 0 },
    { density: 0.8, special: 0, expected: 0 },
    { density: 1, special: 0, expected: 0 },
  ])(
    "is chosen for density $density and an element $special of the second operand: $expected",
    ({ density, special, expected }) => {
      const spec = normalise(digits);
      const plan = sparsePlanOf(spec, elementOf("float32", target), target);
      if (plan === undefined) throw new Error("there is no plan");
      const { m, k, n } = spec;
      const values = new Float32Array(m * k + k * n);
      // The multiples of an irrational number, modulo 1, are spread evenly.
      for (let i = 0; i < m * k; i++) values[i] = Number((i * Math.SQRT2) % 1 < density);
      values[m * k + 7] = special;
      const { result } = run(values, (f, address) => {
        const b = f.keep(i32.add(address, i32.const(4 * m * k)));
        return isSparse(f, {
          spec,
          element: elementOf("float32", target),
          plan,
          a: storedAt(address, m, k),
          b,
        });
      });
      expect(result).toBe(expected);
    },
  );

  test.each([
    { transposeA: false, transposeB: false },
    { transposeA: true, transposeB: false },
    { transposeA: false, transposeB: true },
    { transposeA: true, transposeB: true },
  ])("multiplies no row of the second operand for them: %o", ({ transposeA, transposeB }) => {
    const element = elementOf("float32", target);
    const spec = normalise(specOf({ m: 40, k: 130, n: 37, transposeA, transposeB }));
    const plan = sparsePlanOf(spec, element, target);
    if (plan === undefined) throw new Error("there is no plan");
    const { m, k, n } = spec;
    const values = new Float32Array(m * k + k * n);
    const expected = new Float32Array(m * n);
    const atB = (step: number, column: number): number =>
      m * k + (transposeB ? column * k + step : step * n + column);
    // Every third step along k is zero in all rows, and NaN in B; sums of small whole numbers are exact.
    for (let step = 0; step < k; step++) {
      for (let column = 0; column < n; column++)
        values[atB(step, column)] = step % 3 === 0 ? Number.NaN : (step + column) % 7;
      if (step % 3 === 0) continue;
      for (let row = 0; row < m; row++) {
        const a = ((row * step) % 5) - 2;
        values[transposeA ? step * m + row : row * k + step] = a;
        for (let column = 0; column < n; column++)
          expected[row * n + column] += a * values[atB(step, column)];
      }
    }
    const { memory } = run(values, (f, address, after) => {
      const [rows, columns] = transposeA ? [k, m] : [m, k];
      const registers = Array.from({ length: 20 }, () => f.local("v128"));
      const operands = {
        a: storedAt(address, rows, columns),
        b: f.keep(i32.add(address, i32.const(4 * m * k))),
        c: f.keep(i32.const(after)),
        scratch: f.keep(i32.const(after + 4 * m * n)),
        register: (index: number) => registers[index],
      };
      expect(4 * m * n + sparseScratchBytes(spec, plan, element)).toBeLessThan(65536);
      sparseProduct(f, { spec, element, plan, ...operands }, { from: i32.const(0), to: i32.const(m) });
      return i32.const(0);
    });
    const computed = new Float32Array(memory, memory.byteLength - 65536, m * n);
    expect(Array.from(computed)).toEqual(Array.from(expected));
  });
});
