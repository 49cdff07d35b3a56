import { compileGraph } from "@adjoint/compiler";
import type { AnyTensor, Backend, Graph, Program } from "@adjoint/tensor";
import { mathFunctionOf } from "./loop/mathFunctions.ts";
import { type MemoryOptions, WasmMemory } from "./memory.ts";
import { probeTarget } from "./platform.ts";
import { KernelCache } from "./program/kernels.ts";
import { WasmProgram } from "./program/program.ts";
import { stepsOf } from "./program/steps.ts";
import type { Target } from "./target.ts";
import { ThreadPool } from "./threads/pool.ts";

/** What a WebAssembly backend is made with. */
export interface WasmOptions {
  /** What of the engine is used. Default: the best that it has. */
  readonly simd?: Target["simd"];
  /** Threads that programs may use, the main one included. Default: the machine's processors. */
  readonly threads?: number;
  /** How much memory is held by what is not in use. */
  readonly memory?: MemoryOptions;
}

/** What a backend consists of once it has run something. */
interface Machinery {
  readonly target: Target;
  readonly memory: WasmMemory;
  readonly kernels: KernelCache;
  readonly threads: ThreadPool;
}

/** Is the composite computed by code of its own? In float64 its definition is called where there is none. */
function isNative({ op, dtype }: AnyTensor): boolean {
  if (op.scalar === undefined) return false;
  return mathFunctionOf(op, dtype) !== undefined || dtype === "float64";
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

  /** @internal */
  get machinery(): Machinery {
    if (this.#machinery === undefined) {
      const { simd, threads, memory: budget } = this.#options;
      const probed = probeTarget();
      const memory = new WasmMemory(budget);
      const kernels = new KernelCache(memory);
      this.#machinery = {
        target: { ...probed, simd: simd ?? probed.simd },
        memory,
        kernels,
        threads: new ThreadPool(memory, kernels, threads),
      };
    }
    return this.#machinery;
  }

  /** Sets how many threads programs may use, the main one included. Results do not depend on it. */
  setThreads(threads: number): void {
    this.machinery.threads.wanted = threads;
  }

  prepare(graph: Graph): Program {
    const { target, kernels } = this.machinery;
    const program = compileGraph(graph, { isNative });
    const steps = stepsOf(program, target);
    for (const step of steps) if (step.kind !== "host") kernels.require(step.key, step.write);
    kernels.compile();
    return new WasmProgram(program, steps, this.machinery);
  }
}
