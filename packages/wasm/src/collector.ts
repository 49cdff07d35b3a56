import { nodeModule } from "./platform.ts";

/** The engine's garbage collector, in the middle of synchronous code. */
export interface Collector {
  /** Clears weak references to all that nobody else refers to; false where it could not. */
  readonly all: () => boolean;
  /** Frees what is new and garbage already, arrays above all: in half a millisecond, where little that is new is in use. */
  readonly young: () => void;
}

let found: { readonly collector: Collector | undefined } | undefined;

/**
 * The engine's garbage collector; undefined where it cannot be asked, as in a browser.
 *
 * Node runs it on request when V8's flag for that is set, which it is for as long as it takes to make a context that has the function.
 * Whatever a weak reference was made of or gave stays until the present job ends (ECMA-262, KeepDuringJob), which in a synchronous loop
 * is never; but V8 forgets that list whenever a queue of microtasks is empty, and a context may have a queue of its own that is looked at
 * after each script.
 */
export function garbageCollector(): Collector | undefined {
  found ??= { collector: nodeCollector() };
  return found.collector;
}

function nodeCollector(): Collector | undefined {
  try {
    const vm = nodeModule("node:vm");
    const v8 = nodeModule("node:v8");
    if (vm === undefined || v8 === undefined) return undefined;
    const isExposed = "gc" in globalThis;
    if (!isExposed) v8.setFlagsFromString("--expose-gc");
    const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
    const collect = vm.runInContext("gc", context) as (options?: { type: "minor" }) => void;
    if (!isExposed) v8.setFlagsFromString("--no-expose-gc");
    const nothing = new vm.Script("0");
    return {
      all: () => {
        const probe = weak();
        nothing.runInContext(context);
        collect();
        return probe.deref() === undefined;
      },
      young: () => collect({ type: "minor" }),
    };
  } catch {
    return undefined;
  }
}

/** A reference to an object that is garbage at once. */
function weak(): WeakRef<object> {
  return new WeakRef({});
}
