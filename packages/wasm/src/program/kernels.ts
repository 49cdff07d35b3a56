import type { Op } from "@adjoint/tensor";
import { call, type FunctionBuilder, ModuleBuilder, type ValueType } from "../ir/index.ts";
import type { CallHost } from "../loop/machine.ts";
import type { WasmMemory } from "../memory.ts";
import { barrierFunction } from "../threads/barrier.ts";

/** A function in WebAssembly memory's reach: what a module exports and others import. */
export interface KernelFunction {
  /** Its name among all kernels: what modules import it as. */
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly run: (...args: number[]) => number;
  /** Where a worker gets it from; undefined for one that calls JavaScript, which workers do not run. */
  readonly source: KernelModule | undefined;
}

/** A module and the functions in it: all that a worker needs to have the same. */
export interface KernelModule {
  readonly module: WebAssembly.Module;
  readonly exports: readonly string[];
}

/** A definition that a kernel calls, with its number of arguments. */
interface Host {
  readonly op: Op;
  readonly arity: number;
}

/** A kernel that is written and not compiled. */
interface Pending {
  readonly key: string;
  readonly name: string;
  readonly f: FunctionBuilder;
  readonly hosts: readonly Host[];
}

/**
 * Kernels by what they compute. One that is known is not written or compiled again. Beyond a number of them, those that no program has
 * asked for in the longest time are forgotten: programs keep their own.
 */
export class KernelCache {
  readonly #memory: WasmMemory;
  readonly #limit: number;
  readonly #byKey = new Map<string, KernelFunction>();
  readonly #pending: Pending[] = [];
  /** Kernels that have been asked for since the last were compiled. */
  readonly #asked = new Set<string>();
  #created = 0;

  constructor(memory: WasmMemory, limit: number = 2048) {
    this.#memory = memory;
    this.#limit = limit;
  }

  /** How many kernels there are. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Has the kernel of this key written by `write` if there is none. It can be had after {@link compile}. */
  require(key: string, write: (callHost: CallHost) => FunctionBuilder): void {
    if (this.#asked.has(key)) return;
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#asked.add(key);
      this.#byKey.delete(key);
      this.#byKey.set(key, known);
      return;
    }
    const hosts: Host[] = [];
    const f = write((op, args) => {
      const known = hosts.findIndex((host) => host.op === op && host.arity === args.length);
      const index = known === -1 ? hosts.push({ op, arity: args.length }) - 1 : known;
      return call(index, args, "f64");
    });
    this.#pending.push({ key, name: `k${this.#created++}`, f, hosts });
    this.#asked.add(key);
  }

  /** Compiles what has been required since: in one module, but for kernels that call JavaScript, which workers do not get. */
  compile(): void {
    for (const key of this.#byKey.keys()) {
      if (this.#byKey.size + this.#pending.length <= this.#limit || this.#asked.has(key)) break;
      this.#byKey.delete(key);
    }
    this.#asked.clear();
    const pending = this.#pending.splice(0);
    const portable = pending.filter(({ hosts }) => hosts.length === 0);
    if (portable.length > 0) this.#compileModule(portable, []);
    for (const one of pending) if (one.hosts.length > 0) this.#compileModule([one], one.hosts);
  }

  #compileModule(pending: readonly Pending[], hosts: readonly Host[]): void {
    const builder = new ModuleBuilder({ shared: this.#memory.isShared });
    const env: WebAssembly.ModuleImports = { memory: this.#memory.memory };
    hosts.forEach(({ op, arity }, i) => {
      builder.importFunction(`h${i}`, {
        parameters: new Array<ValueType>(arity).fill("f64"),
        results: ["f64"],
      });
      env[`h${i}`] = op.scalar as (...x: number[]) => number;
    });
    for (const { name, f } of pending) builder.addFunction(name, f);
    const module = new WebAssembly.Module(builder.build());
    const { exports } = new WebAssembly.Instance(module, { env });
    const source = hosts.length === 0 ? { module, exports: pending.map(({ name }) => name) } : undefined;
    for (const { key, name, f } of pending) {
      const run = exports[name] as (...args: number[]) => number;
      this.#byKey.set(key, { name, parameters: f.parameters, results: f.results, run, source });
    }
  }

  /** Where threads meet. */
  barrier(): KernelFunction {
    this.require("barrier", barrierFunction);
    this.compile();
    return this.get("barrier");
  }

  get(key: string): KernelFunction {
    return this.#byKey.get(key) as KernelFunction;
  }
}
