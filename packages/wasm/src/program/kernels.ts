import type { Op } from "@adjoint/tensor";
import { call, type Expression, type FunctionBuilder, ModuleBuilder, type ValueType } from "../ir/index.ts";
import type { CallHost } from "../loop/machine.ts";
import type { WasmMemory } from "../memory.ts";

/** A function in WebAssembly memory's reach: what a module exports and others import. */
export interface KernelFunction {
  /** Its name among all kernels: what modules import it as. */
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly run: (...args: number[]) => number;
}

/** A module, with what it imports: all that a worker needs to have the same functions. */
export interface KernelModule {
  readonly module: WebAssembly.Module;
  readonly exports: readonly string[];
}

/** Kernels by what they compute. One that is known is not written or compiled again. */
export class KernelCache {
  readonly #memory: WasmMemory;
  readonly #byKey = new Map<string, KernelFunction>();
  readonly #functions: Record<string, (...args: number[]) => number> = {};
  readonly #pending: { readonly key: string; readonly name: string; readonly f: FunctionBuilder }[] = [];
  readonly #hostImports = new Map<string, { readonly op: Op; readonly arity: number }>();
  /** Every module in order, for workers. */
  readonly modules: KernelModule[] = [];
  #created = 0;

  constructor(memory: WasmMemory) {
    this.#memory = memory;
  }

  /** How many kernels there are. */
  get size(): number {
    return this.#byKey.size;
  }

  /** All functions by name, as imports for other modules. */
  get imports(): WebAssembly.ModuleImports {
    return { memory: this.#memory.memory, ...this.#functions };
  }

  /** The kernel of this key, which `write` writes if there is none. It can be run after {@link compile}. */
  require(
    key: string,
    write: (callHost: (f: FunctionBuilder) => CallHost) => FunctionBuilder,
  ): { readonly key: string; readonly name: string } {
    const known = this.#byKey.get(key) ?? this.#pending.find((one) => one.key === key);
    if (known !== undefined) return { key, name: known.name };
    const name = `k${this.#created++}`;
    const f = write(() => this.#callHost);
    this.#pending.push({ key, name, f });
    return { key, name };
  }

  readonly #callHost: CallHost = (op, args) => {
    const name = `h${op.id}_${args.length}`;
    this.#hostImports.set(name, { op, arity: args.length });
    const index = [...this.#hostImports.keys()].indexOf(name);
    return call(index, args as readonly Expression[], "f64");
  };

  /** Compiles what has been required since. */
  compile(): void {
    if (this.#pending.length === 0) return;
    const module = new ModuleBuilder({ shared: this.#memory.isShared });
    const env: WebAssembly.ModuleImports = { memory: this.#memory.memory };
    for (const [name, { op, arity }] of this.#hostImports) {
      module.importFunction(name, { parameters: new Array<ValueType>(arity).fill("f64"), results: ["f64"] });
      env[name] = op.scalar as (...x: number[]) => number;
    }
    const isForWorkers = this.#hostImports.size === 0;
    for (const { name, f } of this.#pending) module.addFunction(name, f);
    const compiled = new WebAssembly.Module(module.build());
    const { exports } = new WebAssembly.Instance(compiled, { env });
    for (const { key, name, f } of this.#pending) {
      const run = exports[name] as (...args: number[]) => number;
      this.#functions[name] = run;
      this.#byKey.set(key, { name, parameters: f.parameters, results: f.results, run });
    }
    if (isForWorkers) this.modules.push({ module: compiled, exports: this.#pending.map(({ name }) => name) });
    this.#pending.length = 0;
    this.#hostImports.clear();
  }

  get(key: string): KernelFunction {
    return this.#byKey.get(key) as KernelFunction;
  }
}
