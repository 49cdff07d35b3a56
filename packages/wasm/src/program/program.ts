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
import {
  call,
  callVoid,
  type Expression,
  FunctionBuilder,
  giveBack,
  i32,
  ModuleBuilder,
  type Statement,
  when,
} from "../ir/index.ts";
import type { Region, WasmMemory } from "../memory.ts";
import { activeRecorder, type Recorder } from "../profile.ts";
import type { KernelCache, KernelFunction } from "./kernels.ts";
import { type Pointer, type Step, valuesAt } from "./steps.ts";

/** Runs all kernels on the frame at this address; gives 0, or one more than the number of the check that failed. */
type Entry = (frame: number) => number;

/** Values of no more bytes live in JavaScript arrays, unless they are parameters, and are copied for each run. */
const smallBytes = 256;

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
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
  readonly #entry: Entry;
  /** Where small values of inputs and outputs are in the frame; −1 for other buffers. */
  readonly #smallPlaces: readonly number[];
  readonly #scratchPlace: number;
  readonly #threadPlace: number;
  readonly #frameBytes: number;
  /** Buffers that stand for inputs, by input. */
  readonly #inputBuffers: readonly (number | undefined)[];
  /** Inputs that some result may be written over. */
  readonly #isState: readonly boolean[];
  readonly #constants: readonly { readonly buffer: number; readonly storage: Storage }[];
  #frame = 0;

  constructor(program: LoopProgram, steps: readonly Step[], memory: WasmMemory, kernels: KernelCache) {
    this.#program = program;
    this.#steps = steps;
    this.#memory = memory;
    this.#kernels = kernels;
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
    this.#scratchPlace = bytes;
    this.#threadPlace = bytes + program.scratchBytes;
    const threadBytes = Math.max(0, ...steps.map((step) => (step.kind === "kernel" ? step.scratchBytes : 0)));
    this.#frameBytes = this.#threadPlace + threadBytes;
    this.#entry = this.#writeEntry(kernels);
  }

  /** Compiles the function that calls the kernels in order. */
  #writeEntry(kernels: KernelCache): Entry {
    const functions: KernelFunction[] = [];
    const importOf = (key: string): number => {
      const kernel = kernels.get(key);
      const known = functions.indexOf(kernel);
      return known === -1 ? functions.push(kernel) - 1 : known;
    };
    const indices = this.#steps.map((step) => (step.kind === "host" ? -1 : importOf(step.key)));
    const host = functions.length;
    const f = new FunctionBuilder(["i32"], ["i32"]);
    const frame = f.parameter<"i32">(0);
    const address = ({ buffer, offset }: Pointer): Expression<"i32"> => {
      const { place } = this.#program.buffers[buffer];
      if (place.kind === "scratch")
        return i32.add(frame, i32.const(this.#scratchPlace + place.offset + offset));
      const start = i32.load(frame, 4 * buffer);
      return offset === 0 ? start : i32.add(start, i32.const(offset));
    };
    const threadScratch = i32.add(frame, i32.const(this.#threadPlace));
    this.#steps.forEach((step, i) => {
      const statement = ((): Statement => {
        if (step.kind === "host") return callVoid(host, [i32.const(i)]);
        const pointers = step.pointers.map(address);
        if (step.kind === "check") return when(call(indices[i], pointers, "i32"), giveBack(i32.const(i + 1)));
        return callVoid(indices[i], [...pointers, threadScratch, i32.const(0), i32.const(step.units)]);
      })();
      f.emit(statement);
    });
    f.emit(i32.const(0).code);
    const module = new ModuleBuilder({ shared: this.#memory.isShared });
    for (const kernel of functions) module.importFunction(kernel.name, kernel);
    module.importFunction("host", { parameters: ["i32"], results: [] });
    module.addFunction("run", f);
    const env = { ...kernels.imports, host: (step: number) => this.#runHost(step) };
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { env });
    return instance.exports.run as Entry;
  }

  #addressOf(buffer: number): number {
    const { place } = this.#program.buffers[buffer];
    if (place.kind === "scratch") return this.#frame + this.#scratchPlace + place.offset;
    return this.#memory.words[this.#frame / 4 + buffer];
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
    const regions = results.map((result, k): Region | undefined => {
      if (result.kind === "input") return undefined;
      const { dtype, size } = buffers[result.buffer];
      if (result.over === undefined && this.#smallPlaces[result.buffer] !== -1) return undefined;
      const region = isOver(k)
        ? (inputs[result.over as number].device as Region)
        : memory.newRegion(dtype, size);
      addresses[result.buffer] = region.address;
      return region;
    });
    // Only now is the memory as large as it has to be, and the frame where it stays.
    const frame = memory.scratch(this.#frameBytes);
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
    const recorder = activeRecorder();
    const status = recorder === undefined ? this.#entry(frame) : this.#runRecorded(frame, recorder);
    if (status !== 0) {
      regions.forEach((region, k) => {
        if (region !== undefined && !isOver(k)) memory.free(region);
      });
      this.#fail(status - 1);
    }
    return results.map((result, k): Storage => {
      if (result.kind === "input") return inputs[result.index];
      const region = regions[k];
      if (region === undefined) return this.#copyOut(result.buffer);
      if (isOver(k)) memory.forget(region);
      return memory.keep(region);
    });
  }

  /** The same calls in the same order, each by itself and timed. */
  #runRecorded(frame: number, recorder: Recorder): number {
    for (const [i, step] of this.#steps.entries()) {
      const kernel = this.#program.kernels[step.kernel];
      const start = performance.now();
      let status = 0;
      if (step.kind === "host") this.#runHost(i);
      else {
        const { run } = this.#kernels.get(step.key);
        const pointers = step.pointers.map(({ buffer, offset }) => this.#addressOf(buffer) + offset);
        if (step.kind === "check") status = run(...pointers);
        else run(...pointers, frame + this.#threadPlace, 0, step.units);
      }
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
