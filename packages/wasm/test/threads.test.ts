import { compileGraph } from "@adjoint/compiler";
import {
  type AnyTensor,
  add,
  apply,
  compile,
  composite,
  cumsum,
  getBackend,
  mul,
  OptionError,
  parameter,
  setBackend,
  sin,
  tensor,
} from "@adjoint/tensor";
import { afterEach, describe, expect, test } from "vitest";
import { setThreads, ThreadError, WasmBackend } from "../src/index.ts";
import { FunctionBuilder, i32, when } from "../src/ir/index.ts";
import { stepsOf } from "../src/program/steps.ts";

const before = getBackend();
afterEach(() => setBackend(before));

async function ready({ machinery: { threads } }: WasmBackend, count: number): Promise<void> {
  while (threads.available(1) < count) await new Promise((resolve) => setImmediate(resolve));
}

function backendOf(threads: number): WasmBackend {
  return new WasmBackend({ threads, costs: { dividedCost: 0, startCost: 0 } });
}

/** A backend whose kernel for this graph traps where it does not begin at the start: in a worker. */
async function trapping(threads: number, inputs: AnyTensor[], output: AnyTensor): Promise<WasmBackend> {
  const backend = backendOf(threads);
  const { kernels, target } = backend.machinery;
  const [step] = stepsOf(compileGraph({ inputs, outputs: [output] }, { isNative: () => true }), target);
  if (step.kind !== "kernel") throw new Error("expected a kernel");
  kernels.require(step.key, () => {
    const f = new FunctionBuilder(new Array(step.pointers.length + 3).fill("i32"));
    const begin = f.parameter<"i32">(step.pointers.length + 1);
    const unreachable = [0x00];
    f.emit(when(i32.ne(begin, i32.const(0)), unreachable));
    return f;
  });
  await ready(backend, threads);
  return backend;
}

describe("a worker that fails", () => {
  test("is an error that says why, after which work goes on, with other workers and without", async () => {
    const x = tensor(new Array(100).fill(1)) as AnyTensor;
    const backend = await trapping(3, [x], sin(x));
    setBackend(backend);
    let thrown: unknown;
    try {
      sin(x).toArray();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ThreadError);
    expect(String(thrown)).toBe(
      "ThreadError: threads: a worker stopped in the middle of a program (RuntimeError: unreachable), so its results are lost and parameters " +
        "may hold values of different steps; restore them from a checkpoint, and call setThreads(1) to go on without workers",
    );
    // Until the workers are gone, the main thread works alone.
    const { threads } = backend.machinery;
    expect([threads.available(1), threads.size]).toEqual([1, 0]);
    expect(mul(x, 2).toArray()).toEqual(new Array(100).fill(2));
    await ready(backend, 3);
    expect(mul(x, 3).toArray()).toEqual(new Array(100).fill(3));
    expect(threads.available(1)).toBe(3);
    backend.setThreads(1);
    expect(mul(x, 5).toArray()).toEqual(new Array(100).fill(5));
    expect(threads.available(1)).toBe(1);
    threads.stop();
  });

  test("leaves tensors that are no parameters as they were", async () => {
    const w = parameter(tensor(new Array(100).fill(1)));
    const backend = await trapping(2, [w.current()], sin(w.current()) as AnyTensor);
    setBackend(backend);
    const x = mul(w, 2);
    x.toArray();
    const step = compile(() => sin(w));
    expect(() => step().toArray()).toThrow(ThreadError);
    expect(x.toArray()).toEqual(new Array(100).fill(2));
    backend.machinery.threads.stop();
  });
});

test("a definition that throws in a program of several threads throws at the call, and leaves nobody waiting", async () => {
  const backend = backendOf(2);
  setBackend(backend);
  await ready(backend, 2);
  const picky = composite("picky", {
    scalar(x) {
      if (x > 1.9) throw new RangeError(`${x} is too much`);
      return x;
    },
    lower: ([x]) => mul(x, 1) as AnyTensor,
  });
  const rows = (x: number): AnyTensor => tensor(new Float64Array(200).fill(x), [20, 10]) as AnyTensor;
  const step = compile((x: AnyTensor) => {
    const before = sin(cumsum(x)) as AnyTensor;
    return cumsum(sin(apply(picky, [add(before, x) as AnyTensor])) as AnyTensor);
  });
  const expected = step(rows(0)).toTypedArray();
  expect(() => step(rows(1.5))).toThrow(/is too much$/);
  expect(step(rows(0)).toTypedArray()).toEqual(expected);
  await ready(backend, 2);
  expect(step(rows(0)).toTypedArray()).toEqual(expected);
  const { memory, threads } = backend.machinery;
  const bytes = memory.byteLength;
  const many = tensor(new Float64Array(50_000).fill(1.5), [5000, 10]) as AnyTensor;
  for (let i = 0; i < 6; i++) {
    await ready(backend, 2);
    expect(() => step(many)).toThrow(/is too much$/);
  }
  // The room of results that are not to be: one of 400,000 bytes for all calls, beside the argument and what is on the way.
  expect(memory.byteLength - bytes).toBeLessThan(2.5e6);
  threads.stop();
});

describe("the number of threads", () => {
  test("can be changed between programs", async () => {
    const backend = backendOf(3);
    setBackend(backend);
    await ready(backend, 3);
    const x = tensor(Array.from({ length: 100 }, (_, i) => i)) as AnyTensor;
    const doubled = Array.from({ length: 100 }, (_, i) => 2 * i);
    for (const count of [3, 2, 1, 4]) {
      backend.setThreads(count);
      await ready(backend, count);
      expect(mul(x, 2).toArray()).toEqual(doubled);
    }
    backend.machinery.threads.stop();
  });

  test.each([0, -1, 1.5, Number.NaN])("is not %d", (count) => {
    expect(() => setThreads(count)).toThrow(
      new OptionError("setThreads", `${count} threads; expected a whole number from 1`),
    );
  });

  test("is one where there is little work", () => {
    const backend = new WasmBackend({ threads: 2 });
    setBackend(backend);
    mul(tensor(new Array(100_000).fill(1)), 2).toArray();
    expect(backend.machinery.threads.size).toBe(0);
    backend.machinery.threads.available(1e9);
    expect(backend.machinery.threads.size).toBe(1);
    backend.machinery.threads.stop();
  });
});
