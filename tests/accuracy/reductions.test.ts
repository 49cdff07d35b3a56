import { dot, mean } from "@adjoint/ops";
import { type AnyTensor, type Backend, getBackend, matmul, setBackend, sum, tensor } from "@adjoint/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backends } from "../backends.ts";
import { errorInUlps, type Format, minus, over, plus, type Real, real, toNumber } from "./real.ts";
import { generator } from "./samples.ts";

// Every addend here is a multiple of 2⁻⁸⁰.
const point = 80;

function inFixed(x: number): bigint {
  const { mantissa, exponent } = real(x);
  return mantissa << BigInt(exponent + point);
}

/** `Σ xᵢ yᵢ`, exactly; without y the sum of x. */
function exactSum(x: ArrayLike<number>, y?: ArrayLike<number>): Real {
  let total = 0n;
  for (let i = 0; i < x.length; i++) total += inFixed(x[i]) * (y === undefined ? 1n : inFixed(y[i]));
  return { mantissa: total, exponent: y === undefined ? -point : -2 * point };
}

const million = 1_000_000;
const dtypes: readonly Format[] = ["float32", "float64"];

/** Numbers of a format, of seven orders of magnitude. */
function numbers(format: Format, count: number, { signed, seed = 1 }: { signed: boolean; seed?: number }) {
  const word = generator(seed);
  const values = Float64Array.from({ length: count }, () => {
    const size = (1 + word() * 2 ** -32) * 10 ** ((word() % 7) - 3);
    return signed && word() % 2 === 0 ? -size : size;
  });
  return format === "float32" ? Float32Array.from(values) : values;
}

/** Equal numbers, on which a running sum drifts: its additions round to the same side for long. */
function tenths(format: Format, count: number): Float32Array | Float64Array {
  return format === "float32" ? new Float32Array(count).fill(0.1) : new Float64Array(count).fill(0.1);
}

describe.for(Object.entries(backends))("on %s", ([, backend]) => {
  let before: Backend;
  beforeEach(() => {
    before = getBackend();
    setBackend(backend);
  });
  afterEach(() => setBackend(before));

  describe.for(dtypes)("in %s", (dtype) => {
    const unit = dtype === "float32" ? 2 ** -24 : 2 ** -53;
    const given = (values: Float32Array | Float64Array): AnyTensor => tensor(values, { dtype }) as AnyTensor;

    test.for([
      ["of all sizes", () => numbers(dtype, million, { signed: false })],
      ["that are all 0.1", () => tenths(dtype, million)],
    ] as const)("sum and mean of a million addends of one sign %s are within 4 ulps", ([, make]) => {
      const x = make();
      const exact = exactSum(x);
      expect(errorInUlps(sum(given(x)).item() as number, exact, dtype)).toBeLessThanOrEqual(4);
      const average = over(exact, real(million));
      expect(errorInUlps(mean(given(x)).item() as number, average, dtype)).toBeLessThanOrEqual(4);
    });

    test("sums along either axis of a matrix are within 4 ulps", () => {
      const x = numbers(dtype, 1000 * 300, { signed: false });
      const matrix = tensor(x, [1000, 300], { dtype }) as AnyTensor;
      const rows = sum(matrix, { axis: 1 }).toTypedArray();
      const columns = sum(matrix, { axis: 0 }).toTypedArray();
      for (const i of [0, 17, 299]) {
        const row = exactSum(x.subarray(300 * i, 300 * (i + 1)));
        const column = exactSum(x.filter((_, at) => at % 300 === i));
        expect(errorInUlps(rows[i] as number, row, dtype)).toBeLessThanOrEqual(4);
        expect(errorInUlps(columns[i] as number, column, dtype)).toBeLessThanOrEqual(4);
      }
    });

    test("a sum of both signs is within 4 ulps of the sum of magnitudes", () => {
      const x = numbers(dtype, million, { signed: true });
      const off = difference(sum(given(x)).item() as number, exactSum(x));
      expect(off).toBeLessThanOrEqual(4 * 2 * unit * toNumber(exactSum(x.map(Math.abs))));
    });

    test.for([
      ["one sign", { signed: false }],
      ["both signs", { signed: true }],
      ["equal numbers", undefined],
    ] as const)("a dot product (%s) is as accurate as a sum in blocks", ([, kind]) => {
      const count = 100_000;
      const x = kind === undefined ? tenths(dtype, count) : numbers(dtype, count, { ...kind, seed: 2 });
      const y = kind === undefined ? x.map(() => 1) : numbers(dtype, count, { signed: false, seed: 3 });
      const off = difference(dot(given(x), given(y)).item() as number, exactSum(x, y));
      // In blocks of 256: at most (256 + n/256) roundings of each product (Higham 2002, 4.2), and that of the result.
      const bound = (256 + count / 256 + 1) * unit * toNumber(exactSum(x.map(Math.abs), y));
      expect(off).toBeLessThanOrEqual(bound);
    });

    test("a matrix product is as accurate as a sum in blocks, in every layout", () => {
      const k = 20_000;
      const x = tenths(dtype, 3 * k);
      const y = x.slice(0, 2 * k).fill(1);
      const exact = exactSum(x.subarray(0, k), y.subarray(0, k));
      const products = [
        matmul(tensor(x, [3, k], { dtype }) as AnyTensor, tensor(y, [k, 2], { dtype }) as AnyTensor),
        matmul(
          (tensor(x, [k, 3], { dtype }) as AnyTensor).transpose() as AnyTensor,
          tensor(y, [k, 2], { dtype }) as AnyTensor,
        ),
        matmul(
          tensor(x, [3, k], { dtype }) as AnyTensor,
          (tensor(y, [2, k], { dtype }) as AnyTensor).transpose() as AnyTensor,
        ),
      ];
      for (const product of products as AnyTensor[]) {
        for (const value of product.toTypedArray()) {
          const off = difference(value as number, exact);
          expect(off).toBeLessThanOrEqual((256 + k / 256 + 1) * unit * toNumber(exact));
        }
      }
    });

    test("so is one of rows that are mostly zero", () => {
      const k = 50_000;
      const rows = 16;
      const row = tenths(dtype, k).map((value, i) => (i % 5 === 0 ? value : 0));
      const x = tenths(dtype, rows * k).map((_, i) => row[i % k]);
      const exact = exactSum(row);
      const y = tenths(dtype, 25 * k).fill(1);
      const product = matmul(
        tensor(x, [rows, k], { dtype }) as AnyTensor,
        tensor(y, [k, 25], { dtype }) as AnyTensor,
      ) as AnyTensor;
      for (const value of product.toTypedArray()) {
        const off = difference(value as number, exact);
        expect(off).toBeLessThanOrEqual((256 + k / 256 + 1) * unit * toNumber(exact));
      }
    });
  });
});

/** `|actual − exact|`. */
function difference(actual: number, exact: Real): number {
  return Number.isFinite(actual)
    ? toNumber(plus(real(actual), minus(exact)), true)
    : Number.POSITIVE_INFINITY;
}

test("the exact sum is exact", () => {
  expect(toNumber(exactSum([1, 2 ** -60, -1]))).toBe(2 ** -60);
  expect(toNumber(exactSum([0.5, 3], [4, -0.25]))).toBe(1.25);
  expect(difference(1.5, real(1))).toBe(0.5);
});
