import { Storage } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { garbageCollector } from "../src/collector.ts";
import { type Region, WasmMemory } from "../src/memory.ts";
import { nodeModule } from "../src/platform.ts";

describe("the garbage collector", () => {
  test("clears references in the middle of synchronous code, but not to what is held", () => {
    const held = Array.from({ length: 100 }, (_, i) => ({ i }));
    const references = (objects: readonly object[]) => objects.map((one) => new WeakRef(one));
    const toHeld = references(held);
    const toGarbage = references(Array.from({ length: 100 }, (_, i) => ({ i })));
    expect(toGarbage.every((one) => one.deref() !== undefined)).toBe(true);
    expect(garbageCollector()?.all()).toBe(true);
    expect(toGarbage.filter((one) => one.deref() !== undefined)).toEqual([]);
    expect(toHeld.map((one) => one.deref())).toEqual(held);
  });

  test("frees new arrays without looking at all that there is", () => {
    const bytesOfArrays = (): number => process.memoryUsage().arrayBuffers;
    garbageCollector()?.young();
    const before = bytesOfArrays();
    let last = new Float32Array(0);
    for (let i = 0; i < 100; i++) last = new Float32Array(10_000).fill(i);
    const made = bytesOfArrays() - before;
    garbageCollector()?.young();
    // The bytes may be given back while the program goes on, and are counted at the next collection.
    garbageCollector()?.young();
    expect(made).toBeGreaterThan(2_000_000);
    expect(bytesOfArrays() - before).toBeLessThan(500_000);
    expect(last[9999]).toBe(99);
  });

  test("is nothing that other code sees", () => {
    garbageCollector();
    expect("gc" in globalThis).toBe(false);
    const vm = nodeModule("node:vm");
    expect(vm?.runInContext("typeof gc", vm.createContext({}, { microtaskMode: "afterEvaluate" }))).toBe(
      "undefined",
    );
  });
});

/** A result, of 256 KiB unless said, that is full of a number. */
function resultOf(memory: WasmMemory, value: number, size = 65_536): Storage {
  memory.begin();
  const region = memory.newRegion("float32", size);
  memory.view(region.address, "float32", size).fill(value);
  return memory.keep(region);
}

describe("results", () => {
  // A quarter of the budget is for small ones. Those of one run alone are cleared away before that.
  test.for([
    { kind: "large", size: 65_536, budget: 4 * 2 ** 20 },
    { kind: "small", size: 16_384, budget: 4 * 2 ** 20 },
  ])(
    "that nobody refers to make room without moving those that somebody does: $kind ones",
    ({ size, budget }) => {
      const memory = new WasmMemory();
      const used = (value: number): Storage => {
        const result = resultOf(memory, value, size);
        memory.begin();
        memory.regionOf(result, "float32", size);
        return result;
      };
      const kept = Array.from({ length: 8 }, (_, i) => {
        for (let garbage = 0; garbage < 20; garbage++) used(-1);
        return used(i);
      });
      memory.begin();
      const { bytes } = kept[0].device as Region;
      expect(memory.heldBytes).toBe(8 * 21 * bytes);
      memory.setBudget({ results: budget });
      expect(memory.heldBytes).toBe(8 * bytes);
      // A moved one would have an array.
      expect(kept.filter(({ isFetched }) => isFetched)).toEqual([]);
      expect(kept.map(({ values }) => values.every((x, _, all) => x === all[0]) && values[0])).toEqual(
        kept.map((_, i) => i),
      );
    },
  );

  test.for([true, false])(
    "that are all held move to arrays, whether the collector is asked (%s) or not",
    (collecting) => {
      const memory = new WasmMemory({ results: 4 * 2 ** 20, collecting });
      const kept = Array.from({ length: 60 }, (_, i) => resultOf(memory, i));
      memory.begin();
      expect(memory.heldBytes).toBeLessThanOrEqual(4 * 2 ** 20);
      expect(kept[0].isFetched).toBe(true);
      expect(kept.map(({ values }) => values[65_535])).toEqual(kept.map((_, i) => i));
    },
  );

  test("make room where the memory is full", () => {
    const memory = new WasmMemory({ limit: 8 * 2 ** 20 });
    const kept = resultOf(memory, 1);
    for (let garbage = 0; garbage < 100; garbage++) resultOf(memory, -1);
    expect(memory.byteLength).toBeLessThanOrEqual(8 * 2 ** 20);
    expect(kept.values[65_535]).toBe(1);
  });

  test("that others have copied from, or read, stay what they are", () => {
    const memory = new WasmMemory({ results: 2 ** 20 });
    const read = resultOf(memory, 5);
    expect(read.values[0]).toBe(5);
    const given = Storage.of(new Float32Array(65_536).fill(6));
    memory.begin();
    const region = memory.regionOf(given, "float32", 65_536);
    for (let garbage = 0; garbage < 20; garbage++) resultOf(memory, -1);
    expect([read.device, given.device].every((one) => one !== undefined)).toBe(true);
    memory.begin();
    expect(memory.regionOf(given, "float32", 65_536)).toBe(region);
    expect(memory.view(region.address, "float32", 1)[0]).toBe(6);
  });
});
