import { compileGraph } from "@adjoint/compiler";
import type { AnyTensor, Backend, Graph, Program } from "@adjoint/tensor";
import { mathFunctionOf } from "./loop/mathFunctions.ts";
import { type MemoryOptions, WasmMemory } from "./memory.ts";
import { probeTarget } from "./platform.ts";
import { KernelCache } from "./program/kernels.ts";
import { WasmProgram } from "./program/program.ts";
import { stepsOf } from "./program/steps.ts";
import type { Target } from "./target.ts";

/** What a WebAssembly backend is made with. */
export interface WasmOptions {
  /** What of the engine is used. Default: the best that it has. */
  readonly simd?: Target["simd"];
  /** How much memory is held by what is not in use. */
  readonly memory?: MemoryOptions;
}

/** A backend that runs programs in WebAssembly. */
export interface WasmBackend extends Backend {
  readonly target: Target;
  readonly memory: WasmMemory;
}

/** Is the composite computed by code of its own? In float64 its definition is called where there is none. */
function isNative({ op, dtype }: AnyTensor): boolean {
  if (op.scalar === undefined) return false;
  return mathFunctionOf(op, dtype) !== undefined || dtype === "float64";
}

/** Makes a backend with a memory of its own. */
export function wasmBackend(options: WasmOptions = {}): WasmBackend {
  const probed = probeTarget();
  const target: Target = { ...probed, simd: options.simd ?? probed.simd };
  const memory = new WasmMemory(options.memory);
  const kernels = new KernelCache(memory);
  return {
    name: `wasm ${target.simd}`,
    target,
    memory,
    prepare(graph: Graph): Program {
      const program = compileGraph(graph, { isNative });
      const steps = stepsOf(program, target);
      for (const step of steps) if (step.kind !== "host") kernels.require(step.key, step.write);
      kernels.compile();
      return new WasmProgram(program, steps, memory, kernels);
    },
  };
}
