import { append, type Code, nameBytes, typeByte, unsignedBytes, type ValueType } from "./code.ts";
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
      ...unsignedBytes(parameters.length),
      ...parameters.map((type) => typeByte[type]),
      ...unsignedBytes(results.length),
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
    const memory = [nameBytes("env"), nameBytes("memory"), 0x02, this.#limits()];
    const imports = this.#imports.map(({ name, type }) => [
      nameBytes("env"),
      nameBytes(name),
      0x00,
      unsignedBytes(type),
    ]);
    const exported = this.#functions.map(({ name }, i) => [
      nameBytes(name),
      0x00,
      unsignedBytes(this.#imports.length + i),
    ]);
    const bodies = this.#functions.map(({ builder }) => builder.body());
    const front: number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    appendSection(
      front,
      1,
      this.#types.map((text) => text.split(" ").map(Number)),
    );
    appendSection(front, 2, [memory, ...imports]);
    appendSection(
      front,
      3,
      this.#functions.map(({ type }) => unsignedBytes(type)),
    );
    appendSection(front, 7, exported);
    const lengths = bodies.map(({ length }) => unsignedBytes(length));
    const count = unsignedBytes(bodies.length);
    const codeBytes = bodies.reduce((sum, { length }, i) => sum + lengths[i].length + length, count.length);
    append(front, [10, unsignedBytes(codeBytes), count]);
    const result = new Uint8Array(front.length + codeBytes - count.length);
    result.set(front);
    let at = front.length;
    bodies.forEach((body, i) => {
      result.set(lengths[i], at);
      at += lengths[i].length;
      result.set(body, at);
      at += body.length;
    });
    return result;
  }

  #limits(): number[] {
    return this.#shared ? [0x03, ...unsignedBytes(1), ...unsignedBytes(65536)] : [0x00, ...unsignedBytes(1)];
  }
}

/** A section of so many items, but for none. */
function appendSection(bytes: number[], id: number, items: readonly Code[]): void {
  if (items.length === 0) return;
  const content: number[] = [];
  append(content, [unsignedBytes(items.length), items]);
  append(bytes, [id, unsignedBytes(content.length), content]);
}
