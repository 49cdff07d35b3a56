import {
  costOf,
  kernelTitle,
  type LoopProgram,
  type OpKernel,
  paddedBytes,
  printProgram,
} from "@adjoint/compiler";
import { type DType, type Program, Storage } from "@adjoint/tensor";
import { allocate, bytesPerElement } from "@adjoint/tensor/engine";
import { largeBytes, type Region, type WasmMemory } from "../memory.ts";
import { activeRecorder, type Recorder } from "../profile.ts";
import { ThreadError, type ThreadedEntry, type ThreadPool } from "../threads/pool.ts";
import { lostThread } from "../threads/signals.ts";
import { entryModule, type FrameLayout, isDivided } from "./entry.ts";
import type { KernelCache, KernelFunction, KernelModule } from "./kernels.ts";
import type { Step } from "./step.ts";
import { valuesAt } from "./steps.ts";

/** Values of no more bytes live in JavaScript arrays, unless they are parameters, and are copied for each run. */
const smallBytes = 256;

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/**
 * May the numbers of an input move to a JavaScript array, so that a result takes their place? It takes less time than to find out which of
 * the former values of a parameter are garbage, and the parameter stays in the processor's cache; but if they are many, to get an array for them takes
 * longer. Not where the program reads them as another input too.
 */
function isMovable(inputs: readonly Storage[], index: number): boolean {
  const storage = inputs[index];
  return storage.byteLength < largeBytes && inputs.indexOf(storage) === inputs.lastIndexOf(storage);
}

/**
 * A program ready to run: one call of one exported function. Between runs it holds no WebAssembly memory. While it runs it has a
 * frame: a table of its buffers' addresses, room for small values, then its scratch places, then scratch for each thread.
 */
export class WasmProgram implements Program {
  readonly #program: LoopProgram;
  readonly #steps: readonly Step[];
  readonly #memory: WasmMemory;
  readonly #kernels: KernelCache;
  readonly #threads: ThreadPool;
  /** The kernel of each step; undefined for one that runs in JavaScript. */
  readonly #functions: readonly (KernelFunction | undefined)[];
  readonly #layout: FrameLayout;
  /** Instructions that threads may share; 0 when there is no work for more than one. */
  readonly #sharedCost: number;
  /** Runs all kernels on the frame at an address; gives 0, or one more than the number of the check that failed. */
  #single: ((frame: number) => number) | undefined;
  #threaded: ThreadedEntry | undefined;
  /** Where small values of inputs and outputs are in the frame; −1 for other buffers. */
  readonly #smallPlaces: readonly number[];
  /** Buffers that stand for inputs, by input. */
  readonly #inputBuffers: readonly (number | undefined)[];
  /** Inputs that some result may be written over. */
  readonly #isState: readonly boolean[];
  readonly #constants: readonly { readonly buffer: number; readonly storage: Storage }[];
  #frame = 0;

  constructor(
    program: LoopProgram,
    steps: readonly Step[],
    { memory, kernels, threads }: { memory: WasmMemory; kernels: KernelCache; threads: ThreadPool },
  ) {
    this.#program = program;
    this.#steps = steps;
    this.#memory = memory;
    this.#kernels = kernels;
    this.#threads = threads;
    this.#functions = steps.map((step) => (step.kind === "host" ? undefined : kernels.get(step.key)));
    this.#sharedCost = steps.reduce(
      (sum, step) => sum + (step.kind === "kernel" && isDivided(step, threads.dividedCost) ? step.cost : 0),
      0,
    );
    const { buffers, results } = program;
    const inputs: (number | undefined)[] = [];
    buffers.forEach(({ place }, buffer) => {
      if (place.kind === "input") inputs[place.index] = buffer;
    });
    this.#inputBuffers = inputs;
    const isState: boolean[] = [];
    for (const result of results) {
      if (result.kind === "buffer" && result.over !== undefined) isState[result.over] = true;
    }
    this.#isState = isState;
    this.#constants = buffers.flatMap(({ place }, buffer) =>
      place.kind === "constant" ? [{ buffer, storage: Storage.of(place.values) }] : [],
    );
    let bytes = align(4 * buffers.length);
    this.#smallPlaces = buffers.map(({ dtype, size, place }) => {
      const isSmall = size * bytesPerElement(dtype) <= smallBytes;
      if (!isSmall || (place.kind !== "input" && place.kind !== "output")) return -1;
      const start = bytes;
      bytes += paddedBytes(size * bytesPerElement(dtype));
      return start;
    });
    const most = (bytesOf: (step: Step & { kind: "kernel" }) => number): number =>
      align(Math.max(0, ...steps.map((step) => (step.kind === "kernel" ? bytesOf(step) : 0))));
    const sharedPlace = bytes + program.scratchBytes;
    this.#layout = {
      scratchPlace: bytes,
      sharedPlace,
      threadPlace: sharedPlace + most(({ sharedBytes }) => sharedBytes ?? 0),
      threadBytes: most(({ scratchBytes }) => scratchBytes),
      dividedCost: threads.dividedCost,
    };
  }

  /** Compiles the function that calls the kernels in order: for one thread, or for several. */
  #entryFor(barrier: KernelFunction | undefined): {
    module: WebAssembly.Module;
    sources: readonly KernelModule[];
    run: (...args: number[]) => number;
  } {
    const module = entryModule(this.#program, this.#steps, this.#functions, this.#layout, {
      isShared: this.#memory.isShared,
      barrier,
    });
    const env: WebAssembly.ModuleImports = {
      memory: this.#memory.memory,
      host: (step: number) => this.#runHost(step),
    };
    const sources = new Set<KernelModule>();
    for (const kernel of [...this.#functions, barrier]) {
      if (kernel === undefined) continue;
      env[kernel.name] = kernel.run;
      if (kernel.source !== undefined) sources.add(kernel.source);
    }
    const { exports } = new WebAssembly.Instance(module, { env });
    return { module, sources: [...sources], run: exports.run as (...args: number[]) => number };
  }

  #addressOf(buffer: number): number {
    const { place } = this.#program.buffers[buffer];
    if (place.kind === "scratch") return this.#frame + this.#layout.scratchPlace + place.offset;
    // Half of the memory is beyond the largest int32.
    return this.#memory.words[this.#frame / 4 + buffer] >>> 0;
  }

  readonly #view = (address: number, dtype: DType, size: number): ReturnType<WasmMemory["view"]> =>
    this.#memory.view(address, dtype, size);

  #runHost(index: number): void {
    const { inputs, output, op, attributes } = this.#program.kernels[this.#steps[index].kernel] as OpKernel;
    if (output === undefined) return;
    const given = inputs.map((operand) => valuesAt(operand, this.#addressOf(operand.buffer), this.#view));
    op.reference?.(given, valuesAt(output, this.#addressOf(output.buffer), this.#view), attributes);
  }

  run(inputs: readonly Storage[], isSpare: readonly boolean[] = []): Storage[] {
    const memory = this.#memory;
    memory.begin();
    const { buffers, results } = this.#program;
    const addresses = new Array<number>(buffers.length).fill(0);
    const small: { readonly place: number; readonly storage: Storage; readonly dtype: DType }[] = [];
    for (let i = 0; i < inputs.length; i++) {
      const buffer = this.#inputBuffers[i];
      if (buffer === undefined) continue;
      const { dtype, size } = buffers[buffer];
      const place = this.#smallPlaces[buffer];
      const storage = inputs[i];
      if (place !== -1 && storage.device === undefined && !this.#isState[i])
        small.push({ place, storage, dtype });
      else addresses[buffer] = memory.regionOf(storage, dtype, size).address;
    }
    for (const { buffer, storage } of this.#constants) {
      const { dtype, size } = buffers[buffer];
      addresses[buffer] = memory.regionOf(storage, dtype, size).address;
    }
    const isOver = (k: number): boolean => {
      const result = results[k];
      return result.kind === "buffer" && result.over !== undefined && isSpare[result.over] === true;
    };
    const regions: (Region | undefined)[] = [];
    try {
      for (const [k, result] of results.entries()) {
        regions.push(undefined);
        if (result.kind === "input") continue;
        const { dtype, size } = buffers[result.buffer];
        if (result.over === undefined && this.#smallPlaces[result.buffer] !== -1) continue;
        const region = isOver(k)
          ? (inputs[result.over as number].device as Region)
          : result.over !== undefined && isMovable(inputs, result.over)
            ? memory.vacate(inputs[result.over])
            : memory.newRegion(dtype, size);
        regions[k] = region;
        addresses[result.buffer] = region.address;
      }
      this.#runAt(addresses, small);
    } catch (error) {
      // A thread that is lost may still write to them.
      if (!(error instanceof ThreadError))
        regions.forEach((region, k) => {
          if (region !== undefined && !isOver(k)) memory.free(region);
        });
      throw error;
    }
    return results.map((result, k): Storage => {
      if (result.kind === "input") return inputs[result.index];
      const region = regions[k];
      if (region === undefined) return this.#copyOut(result.buffer);
      if (isOver(k)) memory.forget(region);
      return memory.keep(region);
    });
  }

  /** Runs the kernels on buffers at these addresses; those at 0 are small ones. */
  #runAt(
    addresses: readonly number[],
    small: readonly { readonly place: number; readonly storage: Storage; readonly dtype: DType }[],
  ): void {
    const memory = this.#memory;
    const recorder = activeRecorder();
    const threads =
      this.#sharedCost > 0 && recorder === undefined ? this.#threads.available(this.#sharedCost) : 1;
    // Only now is the memory as large as it has to be, and the frame where it stays.
    const frame = memory.scratch(this.#layout.threadPlace + threads * this.#layout.threadBytes);
    this.#frame = frame;
    for (const { place, storage, dtype } of small) {
      const { values } = storage;
      memory.view(frame + place, dtype, values.length).set(values);
    }
    const { words } = memory;
    const table = frame / 4;
    const places = this.#smallPlaces;
    for (let i = 0; i < addresses.length; i++)
      words[table + i] = addresses[i] === 0 ? frame + places[i] : addresses[i];
    const status = recorder === undefined ? this.#call(frame, threads) : this.#runRecorded(frame, recorder);
    if (status !== 0) this.#fail(status - 1);
  }

  #call(frame: number, threads: number): number {
    if (threads === 1) {
      this.#single ??= this.#entryFor(undefined).run;
      return this.#single(frame);
    }
    this.#threaded ??= this.#entryFor(this.#kernels.barrier());
    const status = this.#threads.run(this.#threaded, frame, threads);
    if (status === lostThread) {
      const reason = this.#threads.failure() ?? "it has not come to a barrier for half a minute";
      this.#threads.stop();
      throw new ThreadError(
        `threads: a worker stopped in the middle of a program (${reason}), so its results are lost and parameters may hold values of ` +
          "different steps; restore them from a checkpoint, and call setThreads(1) to go on without workers",
      );
    }
    return status;
  }

  /** The same calls in the same order, those of each kernel by themselves and timed. */
  #runRecorded(frame: number, recorder: Recorder): number {
    const steps = this.#steps;
    let start = 0;
    for (const [i, step] of steps.entries()) {
      const kernel = this.#program.kernels[step.kernel];
      if (steps[i - 1]?.kernel !== step.kernel) start = performance.now();
      let status = 0;
      if (step.kind === "host") this.#runHost(i);
      else {
        const { run } = this.#functions[i] as KernelFunction;
        const pointers = step.pointers.map(({ buffer, offset }) =>
          buffer === "shared" ? frame + this.#layout.sharedPlace + offset : this.#addressOf(buffer) + offset,
        );
        if (step.kind === "check") status = run(...pointers);
        else run(...pointers, frame + this.#layout.threadPlace, 0, step.units);
      }
      if (steps[i + 1]?.kernel !== step.kernel)
        recorder.add(kernelTitle(kernel), costOf(kernel, this.#program), start, performance.now());
      if (status !== 0) return i + 1;
    }
    return 0;
  }

  #copyOut(buffer: number): Storage {
    const { dtype, size } = this.#program.buffers[buffer];
    const values = allocate(dtype, size);
    values.set(this.#memory.view(this.#frame + this.#smallPlaces[buffer], dtype, size));
    return Storage.of(values);
  }

  /** Says what is wrong with the data that a check has found, as the op's reference does. */
  #fail(step: number): never {
    const { inputs, op, attributes } = this.#program.kernels[this.#steps[step].kernel] as OpKernel;
    const given = inputs.map((operand) => {
      const values = valuesAt(operand, this.#addressOf(operand.buffer), this.#view);
      return { ...values, values: values.values.slice() };
    });
    op.reference?.(given, given[0], attributes);
    throw new Error(`${op.name}: the check failed and its reference did not`);
  }

  toString(): string {
    return printProgram(this.#program);
  }
}
