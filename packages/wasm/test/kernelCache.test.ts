import { type AnyTensor, getBackend, mul, setBackend, sin, tensor } from "@adjoint/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { WasmBackend } from "../src/index.ts";
import { FunctionBuilder, i32 } from "../src/ir/index.ts";
import { WasmMemory } from "../src/memory.ts";
import { KernelCache } from "../src/program/kernels.ts";

const before = getBackend();
afterAll(() => setBackend(before));

/** A function that gives a number. */
function constant(x: number): FunctionBuilder {
  const f = new FunctionBuilder([], ["i32"]);
  f.emit(i32.const(x).code);
  return f;
}

describe("kernels", () => {
  test("are written once, and again when they were forgotten: the ones asked for longest ago", () => {
    const cache = new KernelCache(new WasmMemory(), 3);
    const written: number[] = [];
    const ask = (...keys: number[]): number[] => {
      for (const key of keys)
        cache.require(String(key), () => {
          written.push(key);
          return constant(key);
        });
      cache.compile();
      return keys.map((key) => cache.get(String(key)).run());
    };
    expect(ask(1, 2, 2)).toEqual([1, 2, 2]);
    expect(ask(1)).toEqual([1]);
    expect(ask(3)).toEqual([3]);
    expect(written).toEqual([1, 2, 3]);
    expect(ask(4)).toEqual([4]);
    expect(ask(1, 3)).toEqual([1, 3]);
    expect(written).toEqual([1, 2, 3, 4]);
    expect(ask(2)).toEqual([2]);
    expect([written, cache.size]).toEqual([[1, 2, 3, 4, 2], 3]);
  });

  test("that could not be written are written when they are asked for again", () => {
    const cache = new KernelCache(new WasmMemory());
    const fail = (): never => {
      throw new Error("no such op");
    };
    expect(() => cache.require("one", fail)).toThrow("no such op");
    cache.require("one", () => constant(1));
    cache.compile();
    expect(cache.get("one").run()).toBe(1);
  });

  test("of one program are all there, be they more than are kept", () => {
    const cache = new KernelCache(new WasmMemory(), 2);
    const keys = [5, 6, 7, 8];
    for (let round = 0; round < 2; round++) {
      for (const key of keys) cache.require(String(key), () => constant(key));
      cache.compile();
      expect(keys.map((key) => cache.get(String(key)).run())).toEqual(keys);
    }
  });

  test("reach workers that took the place of others", async () => {
    const backend = new WasmBackend({
      threads: 2,
      costs: { dividedCost: 0, startCost: 0, mostEntries: 3 },
    });
    setBackend(backend);
    const { threads } = backend.machinery;
    let replaced = 0;
    for (let size = 40; size < 60; size++) {
      while (threads.available(1) < 2) {
        if (threads.size === 0) replaced++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      const x = tensor(new Array(size).fill(0.5)) as AnyTensor;
      const y = sin(mul(x, 2)).toTypedArray();
      expect([...y]).toEqual(new Array(size).fill(y[0]));
      expect(Math.abs(y[0] - Math.sin(1))).toBeLessThan(2 ** -22);
    }
    expect(replaced).toBeGreaterThanOrEqual(5);
    threads.stop();
  });
});
