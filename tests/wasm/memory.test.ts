import { sgd } from "@adjoint/optim";
import {
  type AnyParameter,
  type AnyTensor,
  add,
  assignAll,
  compile,
  getBackend,
  matmul,
  mul,
  parameter,
  random,
  reshape,
  setBackend,
  sin,
  sub,
  sum,
  type TypedArray,
  take,
  tensor,
  transpose,
} from "@adjoint/tensor";
import { MemoryError, WasmBackend } from "@adjoint/wasm";
import { afterEach, describe, expect, test } from "vitest";

const before = getBackend();
afterEach(() => setBackend(before));

type Budget = NonNullable<ConstructorParameters<typeof WasmBackend>[0]>["memory"];

/** Makes a backend with this memory the one in use. */
function backendOf(memory: Budget): WasmBackend {
  const backend = new WasmBackend({ threads: 1, ...(memory === undefined ? {} : { memory }) });
  setBackend(backend);
  return backend;
}

const filled = (size: number, x: number): AnyTensor => tensor(new Array<number>(size).fill(x)) as AnyTensor;

describe("memory is bounded", () => {
  /** Runs a loop that never waits, and says the most that was held. */
  function mostHeld({ machinery: { memory } }: WasmBackend, turn: (i: number) => void): number {
    let most = 0;
    let half = 0;
    for (let i = 0; i < 600; i++) {
      turn(i);
      most = Math.max(most, memory.heldBytes);
      if (i === 300) half = memory.byteLength;
    }
    expect(memory.byteLength).toBe(half);
    return most;
  }

  test.each([
    ["results", { results: 2 ** 18 }],
    ["both", { results: 2 ** 18, copies: 2 ** 18 }],
  ])("in a synchronous loop of compiled calls, with a budget of %s", (_, budget) => {
    const next = compile((x: AnyTensor, by: AnyTensor) => add(mul(x, 0.5), by));
    const backend = backendOf(budget);
    let x = filled(5000, 1);
    const most = mostHeld(backend, (i) => {
      x = next(x, tensor(i) as never) as AnyTensor;
    });
    expect(most).toBeLessThan(6 * 2 ** 20);
  });

  test("in a synchronous loop that is given one batch after another, with a budget of copies", () => {
    const total = compile((x: AnyTensor) => sum(x));
    const most = mostHeld(backendOf({ copies: 2 ** 18 }), (i) => {
      expect(total(filled(5000, i)).item()).toBe(5000 * i);
    });
    expect(most).toBeLessThan(6 * 2 ** 20);
  });

  test("in a synchronous loop that is not compiled and reads its results", () => {
    const backend = backendOf({ results: 2 ** 18, copies: 2 ** 18 });
    let x = filled(5000, 1);
    const most = mostHeld(backend, (i) => {
      x = add(mul(x, 0.5), i) as AnyTensor;
      expect(x.toTypedArray()[0]).toBeGreaterThanOrEqual(0);
      expect(sum(x).item()).toBeGreaterThanOrEqual(0);
    });
    expect(most).toBeLessThan(6 * 2 ** 20);
  });

  test("and so are the arrays of former values, in a loop of steps that is not compiled", () => {
    const { machinery } = backendOf(undefined);
    const w = parameter(filled(20_000, 1)) as unknown as AnyParameter;
    const made = sgd([w], { learningRate: 0.001 });
    const bytesOfArrays = (): number => process.memoryUsage().arrayBuffers;
    const before = bytesOfArrays();
    let most = 0;
    for (let i = 0; i < 600; i++) {
      const loss = sum(mul(w, w));
      made.minimize(loss as never);
      expect(loss.item()).toBeGreaterThan(0);
      most = Math.max(most, bytesOfArrays() - before);
    }
    // 600 former values are 48 MB.
    expect(most).toBeLessThan(8 * 2 ** 20);
    expect(machinery.memory.byteLength).toBeLessThanOrEqual(4 * 2 ** 20);
  });

  test("where data checks fail", () => {
    const { machinery } = backendOf(undefined);
    const table = random.normal(random.key(1), [3, 1000]);
    const step = compile((indices: AnyTensor) => mul(take(table, indices as never), 2));
    for (let i = 0; i < 100; i++)
      expect(() => step(tensor(new Array(64).fill(3), { dtype: "int32" }) as never)).toThrow();
    expect(machinery.memory.byteLength).toBeLessThanOrEqual(4 * 2 ** 20);
  });

  test("where there is no room for a result", () => {
    const backend = backendOf({ limit: 2 * 2 ** 20 });
    const x = filled(100_000, 1);
    for (let i = 0; i < 20; i++) {
      const product = mul(reshape(x, [-1, 1]) as AnyTensor, filled(5, i)) as AnyTensor;
      expect(() => product.toTypedArray()).toThrow(MemoryError);
    }
    expect(sum(mul(x, 2)).item()).toBe(200_000);
    expect(backend.machinery.memory.byteLength).toBeLessThanOrEqual(2 * 2 ** 20);
  });
});

/** Twelve steps of three programs in turn that share parameters, with results that are kept throughout. */
function interleaved(): TypedArray[] {
  const shape = [40, 40];
  const [a, b] = [1, 2].map((seed) => parameter(random.normal(random.key(seed), shape)));
  const grow = compile((x: AnyTensor) => {
    const product = sin(matmul(a, x as never)) as AnyTensor;
    a.assign(sub(a, mul(product as never, 0.1)) as never);
    return product;
  });
  const turn = compile(() =>
    assignAll([
      [a, transpose(b)],
      [b, mul(a, 0.5)],
    ] as never),
  );
  const read = compile(() => sum(mul(a, b), { axis: 0 }));
  const kept: AnyTensor[] = [];
  for (let i = 0; i < 12; i++) {
    kept.push(grow(random.normal(random.key(10 + i), shape) as AnyTensor));
    if (i % 3 === 1) turn();
    kept.push(read() as AnyTensor, add(kept[i], kept[0]) as AnyTensor);
  }
  return [...kept, a, b].map((one) => one.toTypedArray());
}

describe("what is moved out of the memory", () => {
  test("comes back with the same bits, results and parameters", () => {
    backendOf(undefined);
    const expected = interleaved();
    for (const budget of [{ results: 0, copies: 0 }, { results: 0 }, { copies: 0 }, { results: 20_000 }]) {
      backendOf(budget);
      expect(interleaved()).toEqual(expected);
    }
  });

  test("is not what each step uses, however small the budget", () => {
    backendOf({ results: 1000, copies: 1000 });
    const parameters = [1, 2, 3].map((x) => parameter(filled(10_000, x)));
    const step = compile(() => {
      for (const one of parameters) one.assign(mul(one, 2) as never);
    });
    for (let i = 0; i < 5; i++) step();
    const old = parameters.map(({ storage }) => storage);
    step();
    // Nobody had to copy them out: they were written over where they were.
    expect(old.map(({ isFetched }) => isFetched)).toEqual([false, false, false]);
  });
});

describe("a memory that grows", () => {
  test("while a program's inputs are brought in has them all", () => {
    const { machinery } = backendOf(undefined);
    const inputs = [1, 2, 3, 4].map((x) => filled(300_000 * x, x));
    const small = filled(3, 9);
    const before = machinery.memory.byteLength;
    const step = compile((...given: AnyTensor[]) => given.map((one) => add(one, 0.5)));
    const outputs = step(...inputs, small);
    expect(machinery.memory.byteLength).toBeGreaterThan(before + 3 * 10 * 300_000);
    expect(outputs.map((one) => new Set(one.toTypedArray()))).toEqual(
      [1, 2, 3, 4, 9].map((x) => new Set([x + 0.5])),
    );
  });
});
