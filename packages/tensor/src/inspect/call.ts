import { recordingCallSites } from "../graph/callSite.ts";
import type { TypedArray } from "../graph/dtype.ts";
import { GraphError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import { type AnyTensor, Tensor } from "../graph/tensor.ts";
import { mapTree, treeTensors } from "../graph/tree.ts";
import { valuesOf } from "../runtime/evaluate.ts";
import { Parameter } from "../runtime/parameter.ts";
import { recordTrace } from "../runtime/trace.ts";
import { stabilise } from "../stabilise/pass.ts";

/** A call as a graph, with the user's line at each node. Nothing is computed or assigned. */
export interface TracedCall {
  /** What the function gives, assigns to parameters and leaves as gradients, as it would be evaluated. */
  readonly outputs: readonly AnyTensor[];
  /** The values of the nodes that stand for arguments and for what parameters held before. */
  readonly given: ReadonlyMap<AnyTensor, TypedArray>;
}

/** Calls `fn` for an inspecting tool: its ops make a graph, which is stabilised unless that is off, and assignments are noted only. */
export function traceCall<Args extends readonly unknown[]>(
  tool: string,
  fn: (...args: Args) => unknown,
  args: Args,
): TracedCall {
  const given = new Map<AnyTensor, TypedArray>();
  for (const tensor of treeTensors(args)) {
    if (!(tensor instanceof Parameter)) given.set(tensor.current(), valuesOf(tensor));
  }
  return recordingCallSites(() => {
    const { trace, result } = keepingHistory(() => recordTrace(() => fn(...args)));
    checkSynchronous(tool, result);
    for (const [parameter, node] of trace.reads) given.set(node, parameter.storage.values);
    const outputs = [
      ...treeTensors(result),
      ...trace.writes.values(),
      ...[...trace.gradients.values()].filter((gradient) => gradient !== undefined),
    ].map((output) => output.current());
    return { outputs: stabilise(outputs, { isGiven: (node) => given.has(node), reuse: true }), given };
  });
}

/** Throws {@link GraphError} when a function gives a promise: its ops come after it was looked at. */
function checkSynchronous(tool: string, result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => {}); // what it fails at is this mistake's doing, and would end the process
  throw new GraphError(tool, "the function is async; give one that is synchronous, and await outside it");
}

/** The arguments' names in the order of {@link treeTensors}, numbers counted as tensors: `argument 0`, `argument 1.images`. */
export function argumentNames(args: readonly unknown[]): string[] {
  const names: string[] = [];
  mapTree(args, (leaf, path) => {
    if (typeof leaf === "number" || (leaf instanceof Tensor && !(leaf instanceof Parameter)))
      names.push(path.replace(/^\[(\d+)\]/, "argument $1"));
    return leaf;
  });
  return names;
}
