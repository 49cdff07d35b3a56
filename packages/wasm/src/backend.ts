import { compileGraph } from "@adjoint/compiler";
import { type Backend, type Graph, OptionError, type Program } from "@adjoint/tensor";
import { type MemoryOptions, WasmMemory } from "./memory.ts";
import { targetOf } from "./platform.ts";
import { isNative } from "./program/composites.ts";
import { KernelCache } from "./program/kernels.ts";
import { readsRows } from "./program/opSteps.ts";
import { WasmProgram } from "./program/program.ts";
import { stepsOf } from "./program/steps.ts";
import type { Simd, Target } from "./target.ts";
import { type ThreadOptions, ThreadPool } from "./threads/pool.ts";

/** What a WebAssembly backend is made with. */
export interface WasmOptions {
  /** What of the engine is used. Default: the best that it has. */
  readonly simd?: Simd;
  /** Threads that programs may use, the main one included. Default: the machine's processors. */
  readonly threads?: number;
  /** How much memory is held by what is not in use. */
  readonly memory?: MemoryOptions;
  /** @internal When threads are used at all, for tests. */
  readonly costs?: Omit<ThreadOptions, "threads">;
}

/** What a backend consists of once it has run something. */
interface Machinery {
  readonly target: Target;
  readonly memory: WasmMemory;
  readonly kernels: KernelCache;
  readonly threads: ThreadPool;
}

/**
 * A backend that runs programs in WebAssembly, with a memory of its own. It is made ready by the first program, so that one that is
 * never used costs nothing.
 */
export class WasmBackend implements Backend {
  readonly name: string;
  readonly #options: WasmOptions;
  #machinery: Machinery | undefined;

  constructor(options: WasmOptions = {}) {
    this.#options = options;
    this.name = options.simd === undefined ? "wasm" : `wasm ${options.simd}`;
  }

  /** Does the engine have WebAssembly at all? */
  get isAvailable(): boolean {
    return typeof WebAssembly === "object";
  }

  /** @internal */
  get machinery(): Machinery {
    if (this.#machinery === undefined) {
      const { simd, threads, memory: budget, costs } = this.#options;
      const memory = new WasmMemory(budget);
      const kernels = new KernelCache(memory);
      this.#machinery = {
        target: targetOf(simd),
        memory,
        kernels,
        threads: new ThreadPool(memory, { threads, ...costs }),
      };
    }
    return this.#machinery;
  }

  /** Sets how many threads programs may use, the main one included. Results do not depend on it. */
  setThreads(threads: number): void {
    if (!Number.isInteger(threads) || threads < 1)
      throw new OptionError("setThreads", `${threads} threads; expected a whole number from 1`);
    this.machinery.threads.wanted = threads;
  }

  /** Sets how much memory is held by what is not in use. */
  setMemoryBudget(budget: MemoryOptions): void {
    this.machinery.memory.setBudget(budget);
  }

  prepare(graph: Graph): Program {
    const { target, kernels } = this.machinery;
    const program = compileGraph(graph, { isNative, readsRows });
    const steps = stepsOf(program, target);
    for (const step of steps) if (step.kind !== "host") kernels.require(step.key, step.write);
    kernels.compile();
    return new WasmProgram(program, steps, this.machinery);
  }
}

/** The backend that `adjoint` uses. */
export const defaultBackend: WasmBackend = new WasmBackend();

/**
 * Sets how many threads programs may use, the main one included: `setThreads(1)`. Default: the machine's processors. Results do not
 * depend on it, to the bit. Throws {@link OptionError} unless it is a whole number from 1.
 */
export function setThreads(threads: number): void {
  defaultBackend.setThreads(threads);
}

/**
 * Sets how much WebAssembly memory is held by what is not in use, in bytes: `setMemoryBudget({ copies: 2 ** 28 })`. What a program needs
 * while it runs does not count.
 */
export function setMemoryBudget(budget: MemoryOptions): void {
  defaultBackend.setMemoryBudget(budget);
}
