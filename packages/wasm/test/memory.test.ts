import {
  type AnyTensor,
  add,
  argsort,
  compile,
  getBackend,
  mul,
  parameter,
  referenceBackend,
  Storage,
  setBackend,
  sin,
  tensor,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { Blocks } from "../src/blocks.ts";
import { WasmBackend } from "../src/index.ts";
import { MemoryError, type Region, WasmMemory } from "../src/memory.ts";

/** What is done with the memory: room is taken for so many elements, or a place of the list is given back. */
const actions = fc.array(
  fc.oneof(
    fc.record({ take: fc.oneof(fc.nat(40), fc.nat(3000), fc.nat(200_000)) }),
    fc.record({ give: fc.nat() }),
    fc.record({ scratch: fc.nat(300_000) }),
  ),
  { minLength: 1, maxLength: 120 },
);

describe("regions", () => {
  property.prop([actions])(
    "never overlap, whatever is taken and given back, and keep their numbers",
    (list) => {
      const memory = new WasmMemory();
      memory.begin();
      const live: { region: Region; mark: number }[] = [];
      let scratch: { address: number; bytes: number } | undefined;
      list.forEach((action, i) => {
        if ("take" in action) {
          const region = memory.newRegion("int32", action.take);
          memory.view(region.address, "int32", action.take).fill(i);
          live.push({ region, mark: i });
        } else if ("scratch" in action) {
          scratch = { address: memory.scratch(action.scratch), bytes: action.scratch };
          memory.view(scratch.address, "uint8", action.scratch).fill(255);
        } else if (live.length > 0) {
          const [{ region }] = live.splice(action.give % live.length, 1);
          memory.free(region);
        }
      });
      for (const { region, mark } of live) {
        expect(region.address % 64).toBe(0);
        expect(memory.view(region.address, "int32", region.size).every((x) => x === mark)).toBe(true);
        expect(region.bytes).toBeGreaterThanOrEqual(4 * region.size + 16);
      }
      const places = live.map(({ region: { address, bytes } }) => ({ address, bytes }));
      if (scratch !== undefined) places.push(scratch);
      places.sort((a, b) => a.address - b.address);
      places.forEach(({ address, bytes }, i) => {
        expect(address + bytes).toBeLessThanOrEqual(places[i + 1]?.address ?? memory.byteLength);
      });
    },
  );

  test("are joined when they are free, so that larger ones fit where smaller ones were", () => {
    const memory = new WasmMemory();
    for (const count of [64, 16, 4, 1]) {
      memory.begin();
      const regions = Array.from({ length: count }, () =>
        memory.newRegion("uint8", (900 * 1024) / count - 4096),
      );
      for (const region of regions) memory.free(region);
    }
    expect(memory.byteLength).toBe(2 ** 20);
  });
});

test("a size that is not free is cut from the largest block, so that others stay whole; neighbours are joined only where none will do", () => {
  const blocks = new Blocks(0);
  const end = 6400;
  const addresses = [4096, 256, 1024, 1024].map((bytes) => blocks.take(bytes, end));
  expect(addresses).toEqual([0, 4096, 4352, 5376]);
  for (const [address, bytes] of [
    [0, 4096],
    [4352, 1024],
    [5376, 1024],
  ] as const)
    blocks.give(address, bytes);
  expect(blocks.take(512, end)).toBe(undefined);
  expect(blocks.takePart(512, end)).toBe(0);
  expect(blocks.takePart(2496, end)).toBe(512);
  expect(blocks.take(1024, end)).toBe(5376);
  expect(blocks.takePart(2048, end)).toBe(undefined);
  blocks.give(5376, 1024);
  expect(blocks.takePart(2048, end)).toBe(4352);
  expect(blocks.takePart(1024, end)).toBe(3008);
  expect(blocks.takePart(64, end)).toBe(4032);
  expect(blocks.takePart(64, end)).toBe(undefined);
});

const storageOf = (size: number, x: number): Storage => Storage.of(new Float32Array(size).fill(x));

describe("storages", () => {
  test("are copied once while they stay", () => {
    const memory = new WasmMemory();
    const storage = storageOf(100, 7);
    memory.begin();
    const region = memory.regionOf(storage, "float32", 100);
    memory.begin();
    expect(memory.regionOf(storage, "float32", 100)).toBe(region);
    expect(memory.heldBytes).toBe(region.bytes);
  });

  test("stay in use by the last run, and leave by age beyond the budget of copies", () => {
    const memory = new WasmMemory({ copies: 10_000 });
    const storages = Array.from({ length: 8 }, (_, i) => storageOf(500, i));
    for (const storage of storages) {
      memory.begin();
      memory.regionOf(storage, "float32", 500);
    }
    memory.begin();
    expect(memory.heldBytes).toBeLessThanOrEqual(10_000);
    const isThere = storages.map(({ device }) => device !== undefined);
    expect(isThere).toEqual([...isThere].sort());
    expect(isThere.at(-1)).toBe(true);
    expect(isThere[0]).toBe(false);
  });

  test("of results move to arrays with their numbers", () => {
    const memory = new WasmMemory({ results: 10_000 });
    const results = Array.from({ length: 8 }, (_, i) => {
      memory.begin();
      const region = memory.newRegion("float32", 500);
      memory.view(region.address, "float32", 500).fill(i);
      return memory.keep(region);
    });
    memory.begin();
    expect(memory.heldBytes).toBeLessThanOrEqual(10_000);
    expect(results.map(({ device }) => device !== undefined)).toContain(false);
    expect(results.map(({ values }) => values)).toEqual(results.map((_, i) => new Float32Array(500).fill(i)));
  });

  test("of one memory are not lost when another has taken them over", () => {
    const [first, second] = [new WasmMemory(), new WasmMemory()];
    first.begin();
    second.begin();
    const storage = storageOf(100, 7);
    first.regionOf(storage, "float32", 100);
    const region = second.regionOf(storage, "float32", 100);
    first.begin();
    first.begin();
    first.setBudget({ copies: 0, results: 0 });
    expect([first.heldBytes, storage.device]).toEqual([0, region]);
  });
});

describe("a memory that is full", () => {
  const limit = 2 * 2 ** 20;

  test("clears away what is not in use before it gives up", () => {
    const memory = new WasmMemory({ limit });
    for (let i = 0; i < 10; i++) {
      memory.begin();
      memory.regionOf(storageOf(200_000, i), "float32", 200_000);
    }
    expect(memory.byteLength).toBeLessThanOrEqual(limit);
  });

  test("says what it has no room for, and what fills it", () => {
    const memory = new WasmMemory({ limit });
    memory.begin();
    memory.regionOf(storageOf(200_000, 1), "float32", 200_000);
    memory.regionOf(Storage.of(new Uint8Array(10_000)), "uint8", 10_000);
    memory.regionOf(Storage.of(new Float64Array(40_000)), "float64", 40_000);
    memory.regionOf(storageOf(100, 1), "float32", 100);
    expect(() => memory.newRegion("float32", 300_000)).toThrow(
      new MemoryError(
        "memory: no room for float32 of 300000 elements (1.1 MiB) in the 2.0 MiB of WebAssembly memory, of which 1.1 MiB are held by " +
          "tensors; the largest tensors in it are float32 of 200000 elements (0.8 MiB), float64 of 40000 elements (0.3 MiB), uint8 of 10000 " +
          "elements (0.0 MiB); make batches smaller, or use checkpoint() so that fewer values are kept",
      ),
    );
    memory.begin();
    expect(memory.newRegion("float32", 300_000).size).toBe(300_000);
  });
});

describe("a memory that is not shared", () => {
  const before = getBackend();

  test("is another array each time that it grows, between two runs and within one", () => {
    const sizes = [100, 50_000, 200, 400_000, 100];
    const runOn = (backend: typeof before): number[][] => {
      setBackend(backend);
      const state = parameter(tensor(new Array<number>(1000).fill(1)));
      const step = compile((x: AnyTensor) => {
        state.assign(mul(state, 2) as never);
        // The order is found in JavaScript, in scratch memory.
        return argsort(argsort(add(sin(x), 1) as AnyTensor) as AnyTensor) as AnyTensor;
      });
      const orders = sizes.map((size) => [
        ...step(tensor(Array.from({ length: size }, (_, i) => (i * i) % size))).toTypedArray(),
      ]);
      return [...orders, [...state.toTypedArray()]];
    };
    try {
      const backend = new WasmBackend({ memory: { shared: false } });
      const { memory } = backend.machinery;
      const first = memory.memory.buffer;
      expect(runOn(backend)).toEqual(runOn(referenceBackend));
      expect([memory.isShared, first.byteLength]).toEqual([false, 0]);
      expect(memory.byteLength).toBeGreaterThan(2 ** 20);
    } finally {
      setBackend(before);
    }
  });
});
