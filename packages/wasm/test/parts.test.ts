import {
  type AnyTensor,
  add,
  compile,
  getBackend,
  matmul,
  neg,
  setBackend,
  take,
  tensor,
} from "@adjoint/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { profile, WasmBackend } from "../src/index.ts";
import { partsOf } from "../src/kernels/matmul/parts.ts";
import type { MatmulSpec } from "../src/kernels/matmul/spec.ts";

function specOf(given: Partial<MatmulSpec>): MatmulSpec {
  const digits = { m: 32, k: 784, n: 25, transposeA: false, transposeB: false, dtype: "float32" as const };
  const spec = { ...digits, batch: 1, ...given };
  return { strideA: spec.m * spec.k, strideB: spec.k * spec.n, ...spec };
}

describe("parts of k", () => {
  test.each<[number, Partial<MatmulSpec>, string]>([
    [4, {}, "as many as divide it into no fewer than 128"],
    [4, { indexBytes: 4 }, "chosen rows or not"],
    [4, { dtype: "float64" }, "in every dtype"],
    [16, { k: 4096 }, "but no more than 16"],
    [2, { m: 64, k: 508 }, "of equal length"],
    [1, { m: 64, k: 509 }, "a prime number has none"],
    [1, { k: 200 }, "nor has a short one"],
    [1, { m: 8, k: 784 }, "nor a product that threads do not share"],
    [1, { m: 784, k: 256, n: 784 }, "nor one with a large result"],
    [1, { transposeA: true }, "nor one along stored rows of A"],
    [1, { transposeB: true }, "or columns of B"],
    [1, { batch: 2 }, "nor a batch"],
    [1, { n: 1, m: 4096 }, "nor a column"],
    [1, { m: 1, n: 4096 }, "nor a row"],
  ])("%i of %o: %s", (parts, given) => {
    expect(partsOf(specOf(given))).toBe(parts);
  });
});

describe("products in parts of k", () => {
  const before = getBackend();
  afterEach(() => setBackend(before));

  /** Numbers between −1 and 1 that no sum in float32 holds exactly. */
  const numbers = (length: number, seed: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => Math.sin(seed + i * i));

  const [m, k, n, rows] = [32, 784, 25, 50];
  const values = numbers(rows * k, 1);
  const indices = Array.from({ length: m }, (_, i) => (i * 7) % rows);
  const weights = [2, 3, 4].map((seed) => numbers(k * n, seed));
  const exact = weights.map((w) =>
    Array.from({ length: m * n }, (_, at) => {
      let [sum, size] = [0, 0];
      for (let p = 0; p < k; p++) {
        const term = values[indices[Math.floor(at / n)] * k + p] * w[p * n + (at % n)];
        sum += term;
        size += Math.abs(term);
      }
      return { sum, size };
    }),
  );

  /** One after the other, in one program; then the sum of all. */
  const products = (x: AnyTensor, ...ws: AnyTensor[]): AnyTensor[] => {
    const each = ws.map((w) => matmul(x, w) as AnyTensor);
    return [...each, each.reduce((a, b) => add(a, b) as AnyTensor)];
  };

  const programs = {
    "a first operand in scratch": () => {
      const x = tensor(
        indices.flatMap((row) => [...values.subarray(row * k, (row + 1) * k)].map((value) => -value)),
        [m, k],
      ) as AnyTensor;
      const step = compile((negative: AnyTensor, ...ws: AnyTensor[]) => products(neg(negative), ...ws));
      return (): AnyTensor[] => step(x, ...weights.map((w) => tensor(w, [k, n]) as AnyTensor));
    },
    "chosen rows": () => {
      const table = tensor(values, [rows, k]) as AnyTensor;
      const chosen = tensor(indices, [m], { dtype: "int32" }) as AnyTensor;
      const step = compile((all: AnyTensor, at: AnyTensor, ...ws: AnyTensor[]) =>
        products(take(all, at) as AnyTensor, ...ws),
      );
      return (): AnyTensor[] => step(table, chosen, ...weights.map((w) => tensor(w, [k, n]) as AnyTensor));
    },
  };

  describe.each(Object.entries(programs))("of %s", (_, program) => {
    let single: number[][];
    beforeEach(() => {
      setBackend(new WasmBackend({ threads: 1 }));
      single = program()().map((one) => [...(one.toTypedArray() as Float32Array)]);
    });

    test("are within γ of the exact ones", () => {
      const bound = (k + 1) * 2 ** -24;
      exact.forEach((elements, product) => {
        elements.forEach(({ sum, size }, at) => {
          expect(Math.abs(single[product][at] - sum)).toBeLessThanOrEqual(bound * size);
        });
      });
    });

    test.each([2, 3, 5])("have the same bits on %i threads, every time", async (threads) => {
      const backend = new WasmBackend({ threads, costs: { dividedCost: 0, startCost: 0 } });
      setBackend(backend);
      const pool = backend.machinery.threads;
      while (pool.available(1) < threads) await new Promise((resolve) => setImmediate(resolve));
      const run = program();
      for (let time = 0; time < 200; time++) {
        const computed = run().map((one) => [...(one.toTypedArray() as Float32Array)]);
        expect(computed).toEqual(single);
      }
      pool.stop();
    });

    test("have the same bits when they are profiled", () => {
      const run = program();
      const { result } = profile(run)();
      expect(result.map((one) => [...(one.toTypedArray() as Float32Array)])).toEqual(single);
    });
  });
});
