import { substitute } from "../autodiff/closure.ts";
import { dataNode, standInFor, storageNode } from "../graph/apply.ts";
import { GraphError, OptionError } from "../graph/errors.ts";
import { isKeepingHistory, keepingHistory } from "../graph/history.ts";
import { leaves } from "../graph/op.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { Storage } from "../graph/storage.ts";
import { type AnyTensor, nextId, Tensor } from "../graph/tensor.ts";
import { isPlainObject, mapTree, replaceTensors, treeTensors } from "../graph/tree.ts";
import { stabiliseInOrder, stabilisingKey, withoutStabilising } from "../stabilise/pass.ts";
import type { Backend, Program } from "./backend.ts";
import { describeGraph } from "./describe.ts";
import { evaluate, getBackend, inputValues, isComputed } from "./evaluate.ts";
import { type AnyParameter, ownerOf, Parameter } from "./parameter.ts";
import { isPresentVersion, type Retraced, retrace } from "./retrace.ts";
import { mostPrograms, Structure, StructureCache } from "./structure.ts";
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
  readonly gradients: readonly { readonly parameter: AnyParameter; readonly isSet: boolean }[];
  /** The shapes and dtypes of the result's tensors: how to wrap the outputs. */
  readonly outlines: readonly AnyTensor[];
  /** The result with these in it. */
  readonly result: unknown;
}

/** Programs of one function with gathers in them. Where the data has another shape at each call, a program for each would cost too much. */
const mostGathering = 8;

/**
 * Compiles `fn`: it is traced once for each combination of its arguments' shapes and dtypes, and from then on a call is
 * one program, from the forward pass to the assignment of parameters. Tensors that the function captures are inputs of
 * the program; parameters it reads and assigns are state. JavaScript numbers given as arguments are traced scalars, so
 * that another learning rate needs no other program; booleans, strings, the identity of functions and other objects, the
 * training mode, and which parameters are trainable are part of the key. An argument that is a gather not yet computed, as a data set's batches
 * are, is computed in the program. Called in another compiled function, or while something is differentiated,
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
  return compileWith(backendOf, fn, options, (node, graphs) =>
    graphs < mostGathering && isGather(node) ? gatherArgument(node) : tensorArgument(node),
  );
}

/**
 * {@link compile} for a function of tensors that have not been computed: their graphs, as far as {@link retrace} goes, are computed in the function's program, and
 * it reads the parameters that they were made of.
 */
export function compileWithGraphs<Args extends readonly AnyTensor[], R>(
  fn: (...args: Args) => R,
): Compiled<Args, R> {
  return compileWith(getBackend, fn, {}, (node) => {
    const graph = retrace(node);
    return graph === undefined ? tensorArgument(node) : graphArgument(node, graph);
  });
}

function compileWith<Args extends readonly unknown[], R>(
  backendOf: () => Backend,
  fn: (...args: Args) => R,
  options: CompileOptions,
  argumentOf: (node: AnyTensor, graphs: number) => Argument,
): Compiled<Args, R> {
  const entries = new StructureCache<Entry>(mostPrograms);
  /** Programs so far that have an argument's graph in them. */
  let graphs = 0;

  function inMode<T>(mode: boolean, traced: () => T): T {
    const run = (): T => (mode ? training : inference)(traced);
    return options.stabilise === false ? withoutStabilising(run) : run();
  }

  function call(...args: CompiledArguments<Args>): R {
    const mode = options.training ?? isTraining();
    if (activeTrace() !== undefined || isKeepingHistory())
      return inMode(mode, () => fn(...(args as unknown as Args)));
    structure.clear();
    const backend = backendOf();
    structure.addNumber(identityOf(backend));
    structure.add(mode ? 1 : 0);
    structure.add(stabilisingKey());
    const given: Argument[] = [];
    addTree(args, given, (node) => argumentOf(node, graphs));
    const hash = structure.hash();
    let entry = entries.get(structure, hash);
    const tensors = given.flatMap(({ feeds }) => feeds);
    if (entry === undefined && given.some(({ node, feeds }) => feeds[0] !== node)) graphs++;
    if (entry === undefined || !isUpToDate(entry)) {
      const row = structure.copy();
      evaluatePending(tensors);
      entry = inMode(mode, () => traceFunction(backend, fn as (...args: never[]) => unknown, args, given));
      entries.set(row, hash, entry);
    }
    evaluatePending(tensors);
    return runEntry(entry, tensors) as R;
  }

  return Object.defineProperty(call, "programs", {
    get: () => entries.values().map(({ program }) => String(program)),
  }) as unknown as Compiled<Args, R>;
}

const structure = new Structure();

/** A tensor among the arguments, and what the program computes it from: itself, or data, numbers, and parameters that it reads. */
interface Argument {
  readonly node: AnyTensor;
  readonly feeds: readonly AnyTensor[];
  readonly versions: readonly AnyTensor[];
}

/** What stands for an argument, or a part of one, in a structure. */
const marks = {
  list: 0,
  object: 1,
  tensor: 2,
  weak: 3,
  parameter: 4,
  number: 5,
  text: 6,
  identity: 7,
  other: 8,
  node: 9,
  graph: 10,
} as const;

/** Adds to `structure` what of an argument a program depends on, and to `given` the tensors in it, in order. */
function addTree(tree: unknown, given: Argument[], argumentOf: (node: AnyTensor) => Argument): void {
  if (tree instanceof Parameter) {
    structure.add(marks.parameter);
    structure.addNumber(tree.id);
  } else if (tree instanceof Tensor) {
    given.push(argumentOf(tree));
  } else if (typeof tree === "number") {
    structure.add(marks.number);
    const node = weakScalar(tree);
    given.push({ node, feeds: [node], versions: none });
  } else if (typeof tree === "string") {
    structure.add(marks.text);
    structure.addWord(tree);
  } else if (Array.isArray(tree)) {
    structure.add(marks.list);
    structure.add(tree.length);
    for (const item of tree) addTree(item, given, argumentOf);
  } else if (isPlainObject(tree)) {
    const names = Object.keys(tree);
    structure.add(marks.object);
    structure.add(names.length);
    for (const name of names) {
      structure.addWord(name);
      addTree(tree[name], given, argumentOf);
    }
  } else if (ArrayBuffer.isView(tree)) {
    throw new OptionError(
      "compile",
      `an argument is a ${tree.constructor.name}, whose numbers would be frozen into the program; pass tensor(…) of it`,
    );
  } else if ((typeof tree === "object" && tree !== null) || typeof tree === "function") {
    structure.add(marks.identity);
    structure.addNumber(identityOf(tree));
  } else {
    structure.add(marks.other);
    structure.addWord(`${typeof tree} ${String(tree)}`);
  }
}

const none: readonly AnyTensor[] = [];

function tensorArgument(node: AnyTensor): Argument {
  addTensor(node);
  return { node, feeds: [node], versions: none };
}

function addTensor(node: AnyTensor): void {
  structure.add(node.weak ? marks.weak : marks.tensor);
  structure.addType(node.dtype, node.shape);
}

/**
 * Is it a gather of what has been computed, at indices that may have to be checked, such as the rows of a batch? It is computed in the
 * program that it is an argument of, which may find the rows where they are; but if it comes again, once and for all.
 */
function isGather({ op, inputs, memo }: AnyTensor): boolean {
  if (!op.gathers || memo.storage !== undefined || memo.keeps) return false;
  return inputs.every((input) => isComputed(input) || (input.op.checks && input.inputs.every(isComputed)));
}

function gatherArgument(node: AnyTensor): Argument {
  const feeds: AnyTensor[] = [];
  const feed = (input: AnyTensor): void => {
    addTensor(input);
    feeds.push(input);
  };
  node.memo.keeps = true;
  addNode(node);
  for (const input of node.inputs) {
    if (isComputed(input)) feed(input);
    else {
      addNode(input);
      input.inputs.forEach(feed);
    }
  }
  return { node, feeds, versions: none };
}

function addNode({ op, attributes }: AnyTensor): void {
  structure.add(marks.node);
  structure.add(op.id);
  structure.addAttributes(attributes);
}

function graphArgument(node: AnyTensor, { order, isGiven }: Retraced): Argument {
  const feeds: AnyTensor[] = [];
  const versions: AnyTensor[] = [];
  structure.add(marks.graph);
  structure.add(order.length);
  for (const input of describeGraph(structure, order, isGiven).inputs) {
    if (isPresentVersion(input)) {
      structure.add(marks.parameter);
      structure.addNumber(ownerOf(input).id);
      versions.push(input);
    } else {
      structure.add(input.weak ? marks.weak : marks.tensor);
      feeds.push(input);
    }
  }
  return { node, feeds, versions };
}

/** What stands for what feeds a program. A number in a graph stands for itself, as what patterns look at it for is part of the structure. */
function standsFor(feed: AnyTensor, { node }: Argument): AnyTensor {
  return feed !== node && feed.op === leaves.literal ? feed : standInFor(feed);
}

/** The argument again, made of what stands for what it was made of. */
function rebuilt({ node, feeds, versions }: Argument, standIns: readonly AnyTensor[]): AnyTensor {
  const stands = new Map(feeds.map((feed, i) => [feed, standIns[i]]));
  for (const version of versions) stands.set(version, ownerOf(version).current());
  return substitute([node], stands)[0];
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

/** Computes those that have no values yet, in one program. */
function evaluatePending(tensors: readonly AnyTensor[]): void {
  if (!tensors.every(isKnown)) evaluate(...tensors.filter((node) => !isKnown(node)));
}

/** Has it values, or is it a number? */
function isKnown(node: AnyTensor): boolean {
  return isComputed(node) || node.op === leaves.literal;
}

/** Were the parameters it reads trainable where they are? What `backward()` differentiates by depends on it. */
function isUpToDate({ reads, trainable }: Entry): boolean {
  for (let i = 0; i < reads.length; i++) if (reads[i].trainable !== trainable[i]) return false;
  return true;
}

function traceFunction(
  backend: Backend,
  fn: (...args: never[]) => unknown,
  tree: readonly unknown[],
  given: readonly Argument[],
): Entry {
  const start = nextId();
  const stands = given.map((argument) => argument.feeds.map((feed) => standsFor(feed, argument)));
  const standIns = stands.flat();
  const { trace, result: raw } = keepingHistory(() =>
    recordTrace(() => {
      const nodes = given.map((argument, i) => rebuilt(argument, stands[i]));
      let next = 0;
      const args = mapTree(tree, (leaf) =>
        typeof leaf === "number" || (leaf instanceof Tensor && !(leaf instanceof Parameter))
          ? nodes[next++]
          : leaf,
      ) as never[];
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
  const isOlder = (node: AnyTensor): boolean =>
    node.op !== leaves.literal && (node.id < start || node.memo.storage !== undefined);
  // What is known has no inputs: inner nodes, which are most, are not looked up.
  const isGiven = (node: AnyTensor): boolean =>
    isOlder(node) || (node.inputs.length === 0 && known.has(node));
  const { outputs, order } = stabiliseInOrder(written, { isGiven, reuse: true });
  const captured = order.filter((node) => isOlder(node) && !known.has(node));
  evaluate(...captured);
  const inputs = [...standIns, ...reads.map(([, node]) => node), ...captured];
  const readAt = new Map(reads.map(([parameter], i) => [parameter, standIns.length + i]));
  const replaces = outputs.map((_, i) => readAt.get(writes[i - results.length]?.[0]));
  const outlines = results.map(outline);
  return {
    program: backend.prepare({ inputs, outputs, replaces }),
    captured: captured.map(({ memo }) => (memo.storage as Storage).hold()),
    reads: reads.map(([parameter]) => parameter),
    trainable: reads.map(([parameter]) => parameter.trainable),
    writes: writes.map(([parameter]) => parameter),
    gradients: gradients.map(([parameter, node]) => ({ parameter, isSet: node !== undefined })),
    outlines,
    result: replaceTensors(raw, outlines),
  };
}

/** A node of the shape and dtype alone, so that a kept result does not keep the graph. */
function outline({ shape, dtype }: AnyTensor): AnyTensor {
  return new Tensor<Shape, DType>(leaves.input, [], {}, shape, dtype);
}

function runEntry(entry: Entry, tensors: readonly AnyTensor[]): unknown {
  const inputs: Storage[] = [];
  const isSpare: boolean[] = [];
  for (const node of tensors) {
    inputs.push(inputValues(node));
    isSpare.push(false);
  }
  for (const parameter of entry.reads) {
    inputs.push(parameter.storage);
    isSpare.push(parameter.isSoleHolder);
  }
  for (const storage of entry.captured) inputs.push(storage);
  const storages = entry.program.run(inputs, isSpare);
  let next = 0;
  const wrapped: AnyTensor[] = [];
  for (const { shape, dtype } of entry.outlines) wrapped.push(storageNode(storages[next++], shape, dtype));
  for (const parameter of entry.writes) parameter.replace(storages[next++]);
  for (const { parameter, isSet } of entry.gradients) {
    parameter.grad = isSet
      ? (storageNode(storages[next++], parameter.shape, parameter.dtype) as never)
      : undefined;
  }
  return entry.result === entry.outlines[0] ? wrapped[0] : replaceTensors(entry.result, wrapped);
}
