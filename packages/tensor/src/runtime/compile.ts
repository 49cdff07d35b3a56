import { dataNode, storageNode } from "../graph/apply.ts";
import { GraphError, OptionError } from "../graph/errors.ts";
import { isKeepingHistory, keepingHistory } from "../graph/history.ts";
import { leaves } from "../graph/op.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { Storage } from "../graph/storage.ts";
import { type AnyTensor, nextId, Tensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { mapTree, replaceTensors, treeTensors, treeText } from "../graph/tree.ts";
import { stabilise, stabilisingKey, withoutStabilising } from "../stabilise/pass.ts";
import type { Backend, Program } from "./backend.ts";
import { BoundedCache } from "./cache.ts";
import { evaluate, getBackend } from "./evaluate.ts";
import { type AnyParameter, Parameter } from "./parameter.ts";
import { activeTrace, inference, isTraining, recordTrace, training } from "./trace.ts";

/** What a compiled function may be given for each declared argument: a number also where a scalar is declared. */
export type CompiledArguments<Args extends readonly unknown[]> = { [K in keyof Args]: Given<Args[K]> };

type Given<T> =
  T extends Tensor<infer S, DType>
    ? S extends readonly []
      ? T | number
      : T
    : T extends (...args: never[]) => unknown
      ? T
      : T extends object
        ? { [K in keyof T]: Given<T[K]> }
        : T;

/** A compiled function: the same signature, and its programs to look at. */
export interface Compiled<Args extends readonly unknown[], R> {
  (...args: CompiledArguments<Args>): R;
  /** The programs made so far, one for each combination of argument shapes and dtypes, as text. */
  readonly programs: readonly string[];
}

/** What `compile` takes beside the function. */
export interface CompileOptions {
  /** Trace the function in training mode (dropout on), whatever the caller's mode. Default: the caller's mode. */
  readonly training?: boolean;
  /** Rewrite formulas that lose precision or overflow. Default true. */
  readonly stabilise?: boolean;
}

/** A traced function made ready: what feeds its program, and where the results go. */
interface Entry {
  readonly program: Program;
  /** Values of the tensors that the function uses from outside. */
  readonly captured: readonly Storage[];
  readonly reads: readonly AnyParameter[];
  /** Which of them were trainable: `backward()` went by that. */
  readonly trainable: readonly boolean[];
  readonly writes: readonly AnyParameter[];
  /** Whether the value written is given to nobody else. */
  readonly ownsWrite: readonly boolean[];
  readonly gradients: readonly { readonly parameter: AnyParameter; readonly isSet: boolean }[];
  /** The result with the traced tensors in it; its shapes and dtypes say how to wrap the outputs. */
  readonly result: unknown;
}

const programsPerFunction = 64;

/**
 * Compiles `fn`: it is traced once for each combination of its arguments' shapes and dtypes, and from then on a call is
 * one program, from the forward pass to the assignment of parameters. Tensors that the function captures are inputs of
 * the program; parameters it reads and assigns are state. JavaScript numbers given as arguments are traced scalars, so
 * that another learning rate needs no other program; booleans, strings, the identity of functions and other objects, the
 * training mode, and which parameters are trainable are part of the key. Called in another compiled function, or while something is differentiated,
 * it builds its graph there as `fn` does.
 *
 * Inside, a traced value has no number: reading it throws {@link GraphError}. When the function or its program throws,
 * every parameter keeps its value.
 */
export function compile<Args extends readonly unknown[], R>(
  fn: (...args: Args) => R,
  options: CompileOptions = {},
): Compiled<Args, R> {
  return compileFor(getBackend, fn, options);
}

/** {@link compile} for a backend of its own, which is asked for at each call. */
export function compileFor<Args extends readonly unknown[], R>(
  backendOf: () => Backend,
  fn: (...args: Args) => R,
  options: CompileOptions,
): Compiled<Args, R> {
  const entries = new BoundedCache<string, Entry>(programsPerFunction);

  function call(...args: CompiledArguments<Args>): R {
    const mode = options.training ?? isTraining();
    const inMode = <T>(traced: () => T): T => {
      const run = (): T => (mode ? training : inference)(traced);
      return options.stabilise === false ? withoutStabilising(run) : run();
    };
    if (activeTrace() !== undefined || isKeepingHistory())
      return inMode(() => fn(...(args as unknown as Args)));
    const { key, tensors, tree } = readArguments(args);
    evaluate(...tensors);
    const backend = backendOf();
    const fullKey = `${backend.name} ${mode} ${stabilisingKey()} ${key}`;
    let entry = entries.get(fullKey);
    if (entry === undefined || !entry.reads.every((one, i) => one.trainable === entry?.trainable[i])) {
      entry = inMode(() => traceFunction(backend, fn as (...args: never[]) => unknown, tree, tensors));
      entries.set(fullKey, entry);
    }
    return runEntry(entry, tensors) as R;
  }

  return Object.defineProperty(call, "programs", {
    get: () => entries.values().map(({ program }) => String(program)),
  }) as unknown as Compiled<Args, R>;
}

/** The arguments' tensors in order, the tree with numbers made tensors, and the structure as text. */
function readArguments(args: readonly unknown[]): {
  key: string;
  tensors: AnyTensor[];
  tree: readonly unknown[];
} {
  const key = treeText(args, leafText);
  const tree = mapTree(args, (leaf) =>
    typeof leaf === "number" ? weakScalar(leaf) : leaf,
  ) as readonly unknown[];
  const tensors = treeTensors(tree)
    .filter((tensor) => !(tensor instanceof Parameter))
    .map((tensor) => tensor.current());
  return { key, tensors, tree };
}

/** What of an argument a program depends on. */
function leafText(leaf: unknown): string {
  if (leaf instanceof Parameter) return `parameter ${leaf.id}`;
  if (leaf instanceof Tensor) return `${leaf.dtype}[${leaf.shape}]${leaf.weak ? "weak" : ""}`;
  if (typeof leaf === "number") return "number";
  if (typeof leaf === "string") return JSON.stringify(leaf);
  if (ArrayBuffer.isView(leaf)) {
    throw new OptionError(
      "compile",
      `an argument is a ${leaf.constructor.name}, whose numbers would be frozen into the program; pass tensor(…) of it`,
    );
  }
  return (typeof leaf === "object" && leaf !== null) || typeof leaf === "function"
    ? `${typeof leaf} ${identityOf(leaf)}`
    : `${typeof leaf} ${String(leaf)}`;
}

const identities = new WeakMap<object, number>();
let identified = 0;

/** A number that no other object has. */
function identityOf(object: object): number {
  let identity = identities.get(object);
  if (identity === undefined) {
    identity = identified++;
    identities.set(object, identity);
  }
  return identity;
}

function weakScalar(value: number): AnyTensor {
  return dataNode(Float64Array.of(value), [], "float64", true);
}

function traceFunction(
  backend: Backend,
  fn: (...args: never[]) => unknown,
  tree: readonly unknown[],
  tensors: readonly AnyTensor[],
): Entry {
  const start = nextId();
  const standIns = tensors.map(
    ({ shape, dtype, weak }): AnyTensor => new Tensor<Shape, DType>(leaves.input, [], {}, shape, dtype, weak),
  );
  let next = 0;
  const args = mapTree(tree, (leaf) =>
    leaf instanceof Tensor && !(leaf instanceof Parameter) ? standIns[next++] : leaf,
  ) as never[];
  const { trace, result: raw } = keepingHistory(() =>
    recordTrace(() => {
      const value = fn(...args);
      if (value instanceof Promise) {
        value.catch(() => {}); // what it failed at is this mistake's doing, and would end the process
        throw new GraphError(
          "compile",
          "the function is async; a compiled function must be synchronous, so await outside it",
        );
      }
      return mapTree(value, (leaf) => (leaf instanceof Tensor ? leaf.current() : leaf));
    }),
  );
  const writes = [...trace.writes];
  const gradients = [...trace.gradients];
  const results = treeTensors(raw);
  const written = [
    ...results,
    ...writes.map(([, node]) => node),
    ...gradients.flatMap(([, node]) => (node === undefined ? [] : [node.current()])),
  ];
  const reads = [...trace.reads];
  const known = new Set([...standIns, ...reads.map(([, node]) => node)]);
  const isOlder = (node: AnyTensor): boolean => node.id < start || node.memo.storage !== undefined;
  const outputs = stabilise(written, { isGiven: (node) => known.has(node) || isOlder(node), reuse: true });
  const captured = topologicalOrder(outputs, (node) => known.has(node) || isOlder(node)).filter(
    (node) => !known.has(node) && isOlder(node) && node.op !== leaves.literal,
  );
  evaluate(...captured);
  const inputs = [...standIns, ...reads.map(([, node]) => node), ...captured];
  const readAt = new Map(reads.map(([parameter], i) => [parameter, standIns.length + i]));
  const writtenOutputs = outputs.slice(results.length, results.length + writes.length);
  const replaces = outputs.map((_, i) => readAt.get(writes[i - results.length]?.[0]));
  const given = new Set(inputs);
  return {
    program: backend.prepare({ inputs, outputs, replaces }),
    captured: captured.map(({ memo }) => memo.storage as Storage),
    reads: reads.map(([parameter]) => parameter),
    trainable: reads.map(([parameter]) => parameter.trainable),
    writes: writes.map(([parameter]) => parameter),
    ownsWrite: writtenOutputs.map(
      (node) => !given.has(node) && outputs.indexOf(node) === outputs.lastIndexOf(node),
    ),
    gradients: gradients.map(([parameter, node]) => ({ parameter, isSet: node !== undefined })),
    result: replaceTensors(raw, results.map(outline)),
  };
}

/** A node of the shape and dtype alone, so that a kept result does not keep the graph. */
function outline({ shape, dtype }: AnyTensor): AnyTensor {
  return new Tensor<Shape, DType>(leaves.input, [], {}, shape, dtype);
}

function runEntry(entry: Entry, tensors: readonly AnyTensor[]): unknown {
  const inputs = tensors.map(({ memo }) => memo.storage as Storage);
  const isSpare = inputs.map(() => false);
  for (const parameter of entry.reads) {
    inputs.push(parameter.storage);
    isSpare.push(parameter.isSoleHolder);
  }
  for (const storage of entry.captured) inputs.push(storage);
  const storages = entry.program.run(inputs, isSpare);
  const results = treeTensors(entry.result);
  const wrapped = results.map(({ shape, dtype }, i) => storageNode(storages[i], shape, dtype));
  let next = results.length;
  entry.writes.forEach((parameter, i) => {
    parameter.replace(storages[next++], entry.ownsWrite[i]);
  });
  for (const { parameter, isSet } of entry.gradients) {
    parameter.grad = isSet
      ? (storageNode(storages[next++], parameter.shape, parameter.dtype) as never)
      : undefined;
  }
  return replaceTensors(entry.result, wrapped);
}
