import { nameBytes, typeByte, unsigned, type ValueType } from "./code.ts";
import type { FunctionBuilder } from "./function.ts";

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** Writes a WebAssembly module that imports one memory, `env.memory`, and functions. Functions are indexed imports first. */
export class ModuleBuilder {
  readonly #shared: boolean;
  readonly #types: string[] = [];
  readonly #imports: { readonly name: string; readonly type: number }[] = [];
  readonly #functions: { readonly name: string; readonly type: number; readonly builder: FunctionBuilder }[] =
    [];

  constructor({ shared }: { shared: boolean }) {
    this.#shared = shared;
  }

  #typeOf({ parameters, results }: Signature): number {
    const bytes = [
      0x60,
      ...unsigned(parameters.length),
      ...parameters.map((type) => typeByte[type]),
      ...unsigned(results.length),
      ...results.map((type) => typeByte[type]),
    ];
    const text = bytes.join(" ");
    const known = this.#types.indexOf(text);
    return known === -1 ? this.#types.push(text) - 1 : known;
  }

  /** Imports `env.<name>`; all imports come before the first function. */
  importFunction(name: string, signature: Signature): number {
    if (this.#functions.length > 0) throw new Error(`import ${name} after a function`);
    return this.#imports.push({ name, type: this.#typeOf(signature) }) - 1;
  }

  /** Exports a function; gives its index. */
  addFunction(name: string, builder: FunctionBuilder): number {
    const index = this.#functions.push({ name, type: this.#typeOf(builder), builder }) - 1;
    return this.#imports.length + index;
  }

  /** The module's bytes. */
  build(): Uint8Array<ArrayBuffer> {
    const section = (id: number, items: readonly (readonly number[])[]): number[] => {
      if (items.length === 0) return [];
      const count = unsigned(items.length);
      const length = items.reduce((sum, item) => sum + item.length, count.length);
      const bytes = [id, ...unsigned(length), ...count];
      for (const item of items) for (const byte of item) bytes.push(byte);
      return bytes;
    };
    const memory = [...nameBytes("env"), ...nameBytes("memory"), 0x02, ...this.#limits()];
    const sections = [
      section(
        1,
        this.#types.map((text) => text.split(" ").map(Number)),
      ),
      section(2, [
        memory,
        ...this.#imports.map(({ name, type }) => [
          ...nameBytes("env"),
          ...nameBytes(name),
          0x00,
          ...unsigned(type),
        ]),
      ]),
      section(
        3,
        this.#functions.map(({ type }) => unsigned(type)),
      ),
      section(
        7,
        this.#functions.map(({ name }, i) => [
          ...nameBytes(name),
          0x00,
          ...unsigned(this.#imports.length + i),
        ]),
      ),
      section(
        10,
        this.#functions.map(({ builder }) => builder.body()),
      ),
    ];
    const length = sections.reduce((sum, bytes) => sum + bytes.length, 8);
    const result = new Uint8Array(length);
    result.set([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    let at = 8;
    for (const bytes of sections) {
      result.set(bytes, at);
      at += bytes.length;
    }
    return result;
  }

  #limits(): number[] {
    return this.#shared ? [0x03, ...unsigned(1), ...unsigned(65536)] : [0x00, ...unsigned(1)];
  }
}
