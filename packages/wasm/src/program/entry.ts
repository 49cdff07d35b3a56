import { type LoopProgram, operandsRead } from "@adjoint/compiler";
import { bytesPerElement } from "@adjoint/tensor/engine";
import {
  atomics,
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
import { lostThread, signals } from "../threads/signals.ts";
import type { KernelFunction } from "./kernels.ts";
import type { Pointer, Step } from "./step.ts";

/** Where the parts of a program's frame are. */
export interface FrameLayout {
  readonly scratchPlace: number;
  /** What the steps of one kernel share. */
  readonly sharedPlace: number;
  readonly threadPlace: number;
  /** Bytes of scratch of each thread. */
  readonly threadBytes: number;
  /** From what cost on a step is divided between threads. */
  readonly dividedCost: number;
}

/** Is the step worth more than one thread? */
export function isDivided(step: Step, dividedCost: number): boolean {
  return step.kind === "kernel" && !step.isSerial && step.units > 1 && step.cost >= dividedCost;
}

/** Writes the function that calls a program's kernels in order. */
class EntryWriter {
  readonly #program: LoopProgram;
  readonly #steps: readonly Step[];
  readonly #layout: FrameLayout;
  /** The functions that are imported, in order; `host` comes after them. */
  readonly functions: KernelFunction[] = [];
  readonly #indices: readonly number[];

  constructor(
    program: LoopProgram,
    steps: readonly Step[],
    kernels: readonly (KernelFunction | undefined)[],
    layout: FrameLayout,
  ) {
    this.#program = program;
    this.#steps = steps;
    this.#layout = layout;
    this.#indices = kernels.map((kernel) => (kernel === undefined ? -1 : this.importOf(kernel)));
  }

  importOf(kernel: KernelFunction): number {
    const known = this.functions.indexOf(kernel);
    return known === -1 ? this.functions.push(kernel) - 1 : known;
  }

  #address(frame: Expression<"i32">, { buffer, offset }: Pointer): Expression<"i32"> {
    if (buffer === "shared") return i32.add(frame, i32.const(this.#layout.sharedPlace + offset));
    const { place } = this.#program.buffers[buffer];
    if (place.kind === "scratch")
      return i32.add(frame, i32.const(this.#layout.scratchPlace + place.offset + offset));
    const start = i32.load(frame, 4 * buffer);
    return offset === 0 ? start : i32.add(start, i32.const(offset));
  }

  /** One thread does all: a function of the frame. */
  single(): FunctionBuilder {
    const f = new FunctionBuilder(["i32"], ["i32"]);
    const frame = f.parameter<"i32">(0);
    const scratch = i32.add(frame, i32.const(this.#layout.threadPlace));
    this.#steps.forEach((step, i) => {
      f.emit(this.#call(i, frame, scratch, i32.const(0), i32.const(step.kind === "kernel" ? step.units : 0)));
    });
    f.emit(i32.const(0).code);
    return f;
  }

  #call(
    i: number,
    frame: Expression<"i32">,
    scratch: Expression<"i32">,
    begin: Expression<"i32">,
    end: Expression<"i32">,
  ): Statement {
    const step = this.#steps[i];
    if (step.kind === "host") return callVoid(this.functions.length, [i32.const(i)]);
    const pointers = step.pointers.map((pointer) => this.#address(frame, pointer));
    if (step.kind === "check")
      return when(call(this.#indices[i], pointers, "i32"), giveBack(i32.const(i + 1)));
    return callVoid(this.#indices[i], [...pointers, scratch, begin, end]);
  }

  /** Several threads share the work: a function of the frame, the thread's number, and how many there are. */
  threaded(barrier: KernelFunction): FunctionBuilder {
    const meet = this.importOf(barrier);
    const f = new FunctionBuilder(["i32", "i32", "i32"], ["i32"]);
    const [frame, thread, threads] = [0, 1, 2].map((i) => f.parameter<"i32">(i));
    const scratch = f.keep(
      i32.add(
        i32.add(frame, i32.const(this.#layout.threadPlace)),
        i32.mul(thread, i32.const(this.#layout.threadBytes)),
      ),
    );
    const zero = i32.const(0);
    const wait = when(call(meet, [threads], "i32"), giveBack(i32.const(lostThread)));
    const status = (): Expression<"i32"> => atomics.load(zero, signals.status);
    const { dividedCost } = this.#layout;
    const order = new Hazards(this.#program, this.#steps, dividedCost);
    let isChecking = false;
    this.#steps.forEach((step, i) => {
      if (isChecking && step.kind !== "check") {
        // The main thread begins the next job, and clears the status, only once all have seen this one's.
        f.emit(wait, when(status(), [wait, giveBack(status())]));
        order.meet();
        isChecking = false;
      }
      if (order.mustMeetBefore(i)) {
        f.emit(wait);
        order.meet();
      }
      order.add(i);
      if (step.kind === "check") {
        isChecking = true;
        const pointers = step.pointers.map((pointer) => this.#address(frame, pointer));
        const found = i32.and(i32.eqz(status()), call(this.#indices[i], pointers, "i32"));
        f.emit(when(i32.eqz(thread), when(found, atomics.store(zero, i32.const(i + 1), signals.status))));
      } else if (step.kind === "kernel" && isDivided(step, dividedCost)) {
        const pieces = Math.ceil(step.units / step.unitStep);
        const bound = (number: Expression<"i32">): Expression<"i32"> =>
          i32.mul(i32.divu(i32.mul(i32.const(pieces), number), threads), i32.const(step.unitStep));
        const begin = bound(thread);
        const end = f.keep(bound(i32.add(thread, i32.const(1))));
        // The last piece may be a part of one.
        f.emit(when(i32.gt(end, i32.const(step.units)), end.set(i32.const(step.units))));
        f.emit(this.#call(i, frame, scratch, begin, end));
      } else {
        f.emit(
          when(
            i32.eqz(thread),
            this.#call(i, frame, scratch, zero, i32.const(step.kind === "kernel" ? step.units : 0)),
          ),
        );
      }
    });
    f.emit(wait, status().code);
    return f;
  }
}

/** Memory that a step touches: a buffer of its own, or bytes of scratch. */
interface Touch {
  readonly key: number | "shared" | undefined;
  readonly from: number;
  readonly to: number;
  readonly isWrite: boolean;
  readonly isDivided: boolean;
}

/** Which steps must not run before all threads have finished earlier ones. */
class Hazards {
  readonly #program: LoopProgram;
  readonly #steps: readonly Step[];
  readonly #dividedCost: number;
  readonly #over: ReadonlyMap<number, number>;
  #open: Touch[] = [];

  constructor(program: LoopProgram, steps: readonly Step[], dividedCost: number) {
    this.#program = program;
    this.#steps = steps;
    this.#dividedCost = dividedCost;
    const inputs = new Map<number, number>();
    program.buffers.forEach(({ place }, buffer) => {
      if (place.kind === "input") inputs.set(place.index, buffer);
    });
    const over = new Map<number, number>();
    for (const result of program.results) {
      if (result.kind === "buffer" && result.over !== undefined)
        over.set(result.buffer, inputs.get(result.over) as number);
    }
    this.#over = over;
  }

  #touches(i: number): Touch[] {
    const step = this.#steps[i];
    const kernel = this.#program.kernels[step.kernel];
    const divided = isDivided(step, this.#dividedCost);
    const usesShared = step.kind === "kernel" && step.sharedBytes !== undefined;
    const shared: Touch[] = usesShared
      ? [{ key: "shared", from: 0, to: 0, isWrite: true, isDivided: divided }]
      : [];
    const touch = (buffer: number, isWrite: boolean): Touch => {
      const { place, size, dtype } = this.#program.buffers[buffer];
      const common = { isWrite, isDivided: divided };
      if (place.kind !== "scratch")
        return { ...common, key: this.#over.get(buffer) ?? buffer, from: 0, to: 0 };
      // A vector may be written beyond the end.
      return {
        ...common,
        key: undefined,
        from: place.offset,
        to: place.offset + size * bytesPerElement(dtype) + 16,
      };
    };
    if (kernel.kind === "loop") {
      const reads = kernel.nodes.flatMap((node) =>
        node.kind === "load" ? [touch(node.access.buffer, false)] : [],
      );
      return [...shared, ...reads, ...kernel.stores.map(({ access }) => touch(access.buffer, true))];
    }
    const reads = [...shared, ...operandsRead(kernel).map(({ buffer }) => touch(buffer, false))];
    return kernel.output === undefined ? reads : [...reads, touch(kernel.output.buffer, true)];
  }

  mustMeetBefore(i: number): boolean {
    return this.#touches(i).some((mine) =>
      this.#open.some((other) => {
        if (!mine.isWrite && !other.isWrite) return false;
        if (!mine.isDivided && !other.isDivided) return false;
        if (mine.key !== undefined || other.key !== undefined) return mine.key === other.key;
        return mine.from < other.to && other.from < mine.to;
      }),
    );
  }

  add(i: number): void {
    this.#open.push(...this.#touches(i));
  }

  meet(): void {
    this.#open = [];
  }
}

/** The module of a program's entry, and what it imports. */
export function entryModule(
  program: LoopProgram,
  steps: readonly Step[],
  kernels: readonly (KernelFunction | undefined)[],
  layout: FrameLayout,
  { isShared, barrier }: { isShared: boolean; barrier: KernelFunction | undefined },
): WebAssembly.Module {
  const writer = new EntryWriter(program, steps, kernels, layout);
  if (barrier !== undefined) writer.importOf(barrier);
  const f = barrier === undefined ? writer.single() : writer.threaded(barrier);
  const module = new ModuleBuilder({ shared: isShared });
  for (const kernel of writer.functions) module.importFunction(kernel.name, kernel);
  module.importFunction("host", { parameters: ["i32"], results: [] });
  module.addFunction("run", f);
  return new WebAssembly.Module(module.build());
}
