import type { Simd, Target } from "./target.ts";

/** What is used of a worker thread, of Node or of a browser. */
export interface NodeWorker {
  postMessage(message: unknown): void;
  on(event: "error" | "exit" | "message", listen: (value: never) => void): void;
  unref(): void;
  terminate(): Promise<number>;
}

/** What is used of Node's own modules. */
interface NodeModules {
  readonly "node:v8": { setFlagsFromString(flags: string): void };
  readonly "node:vm": {
    createContext(globals: object, options: { microtaskMode: "afterEvaluate" }): object;
    runInContext(code: string, context: object): unknown;
    readonly Script: new (code: string) => { runInContext(context: object): unknown };
  };
  readonly "node:os": { availableParallelism(): number };
  readonly "node:worker_threads": {
    readonly Worker: new (
      source: string,
      options: { eval: true; workerData: unknown; transferList: readonly unknown[] },
    ) => NodeWorker;
    receiveMessageOnPort(port: unknown): { readonly message: unknown } | undefined;
  };
}

interface NodeProcess {
  getBuiltinModule?<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined;
}

/** One of Node's modules; undefined in a browser. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  return (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.(name);
}

/** A module with one function of type `() → v128` and this body. */
function vectorModule(...body: readonly number[]): Uint8Array<ArrayBuffer> {
  const code = [1, body.length + 2, 0, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b],
    ...[0x03, 0x02, 0x01, 0x00],
    ...[0x0a, code.length, ...code],
  ]);
}

const zero = [0x41, 0x00, 0xfd, 0x0f];
const splat = vectorModule(...zero);
const relaxedMadd = vectorModule(...zero, ...zero, ...zero, 0xfd, 0x85, 0x02);

/**
 * What the engine can do, or so much of it as is asked for. On Node 20 fused multiply-add is behind a flag, which is set when somebody
 * asks: the module that sets it brings all of Node's streams with it.
 */
export function targetOf(simd?: Simd): Target {
  const hasVectors = simd === undefined ? WebAssembly.validate(splat) : simd !== "none";
  let isFused: boolean | undefined;
  return {
    hasVectors,
    get isFused() {
      isFused ??= hasVectors && simd !== "plain" && canFuse();
      return isFused;
    },
    keepsLoadOrder: keepsLoadOrder(),
  };
}

function canFuse(): boolean {
  if (WebAssembly.validate(relaxedMadd)) return true;
  nodeModule("node:v8")?.setFlagsFromString("--experimental-wasm-relaxed-simd");
  return WebAssembly.validate(relaxedMadd);
}

/** V8's instruction selection keeps loads in place from Node 24's version on. */
function keepsLoadOrder(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return Number.parseInt(process?.versions?.node ?? "0", 10) >= 24;
}

/** The number of processors; 1 where it cannot be known. */
export function processorCount(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return nodeModule("node:os")?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}
