import { substitute } from "../autodiff/closure.ts";
import {
  type Adoption,
  adoptionsOf,
  dataNode,
  numberStandIn,
  standInFor,
  storageNode,
} from "../graph/apply.ts";
import { checkRepresentable } from "../graph/dtype.ts";
import { GraphError, OptionError } from "../graph/errors.ts";
import { isKeepingHistory, keepingHistory } from "../graph/history.ts";
import { leaves } from "../graph/op.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { Storage } from "../graph/storage.ts";
import { type AnyTensor, copyOf, nextId, Tensor } from "../graph/tensor.ts";
import { isPlainObject, mapTree, replaceTensors, treeTensors } from "../graph/tree.ts";
import { stabiliseInOrder, stabilisingKey, withoutStabilising } from "../stabilise/pass.ts";
import type { Backend, Program } from "./backend.ts";
import { describeGraph } from "./describe.ts";
import {
  evaluate,
  getBackend,
  inputValues,
  isComputed,
  outputsOf,
  pendingOf,
  settle,
  shareForms,
  stableForms,
} from "./evaluate.ts";
import { type AnyParameter, ownerOf, Parameter } from "./parameter.ts";
import { isPresentVersion, type Retraced, retrace } from "./retrace.ts";
import { mostPrograms, Structure, StructureCache } from "./structure.ts";
import { activeTrace, inference, isTraining, recordTrace, training } from "./trace.ts";

/**
 * What a compiled function may be given for each declared argument: a number also where a scalar is declared. One that meets integers
 * is best declared as `number`, whose types say that it adopts their dtype.
 */
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
  /** The integer dtypes that numbers among the inputs took of what they met, which not every number fits. */
  readonly adoptions: readonly (Adoption & { readonly place: number })[];
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
 * that another learning rate needs no other program: they adopt the dtype of what they meet, and a call throws {@link DTypeError} where an
 * integer one does not hold the number given. Booleans, strings, the identity of functions and other objects, the
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
  const entries = new StructureCache<Entry>(mostPrograms);
  let gathering = 0;

  function inMode<T>(mode: boolean, traced: () => T): T {
    const run = (): T => (mode ? training : inference)(traced);
    return options.stabilise === false ? withoutStabilising(run) : run();
  }

  function call(...args: CompiledArguments<Args>): R {
    const mode = options.training ?? isTraining();
    if (activeTrace() !== undefined || isKeepingHistory())
      return inMode(mode, () => fn(...(args as unknown as Args)));
    const backend = backendOf();
    beginStructure(backend, mode);
    const given: Argument[] = [];
    addTree(args, given, gathering < mostGathering);
    const hash = structure.hash();
    let entry = entries.get(structure, hash);
    const tensors = given.flatMap(({ feeds }) => feeds);
    if (entry === undefined && given.some(({ node, feeds }) => feeds[0] !== node)) gathering++;
    if (entry === undefined || !isUpToDate(entry)) {
      const row = structure.copy();
      evaluatePending(tensors);
      const standIns = tensors.map((node) => (node.weak ? numberStandIn(node) : standInFor(node)));
      entry = inMode(mode, () =>
        traceFunction(backend, standIns, () => {
          let next = 0;
          let fed = 0;
          const traced = mapTree(args, (leaf) => {
            if (typeof leaf !== "number" && (!(leaf instanceof Tensor) || leaf instanceof Parameter))
              return leaf;
            const { node, feeds } = given[next++];
            return substitute([node], new Map(feeds.map((feed) => [feed, standIns[fed++]])))[0];
          });
          return fn(...(traced as unknown as Args));
        }),
      );
      entries.set(row, hash, entry);
    }
    evaluatePending(tensors);
    return runEntry(entry, tensors) as R;
  }

  return Object.defineProperty(call, "programs", {
    get: () => entries.values().map(({ program }) => String(program)),
  }) as unknown as Compiled<Args, R>;
}

/**
 * Compiles `fn` together with the graphs of its arguments, as far as {@link retrace} goes: one program for graphs of equal structure, which
 * computes the arguments too, and reads the parameters that they were made of as state. `fn` is given them rewritten and of unknown numbers already. A
 * call is false, and nothing has happened, where graphs may not be traced anew, and while something else is traced or differentiated.
 */
export function compileWithGraphs(
  fn: (...nodes: AnyTensor[]) => void,
): (...nodes: readonly AnyTensor[]) => boolean {
  const entries = new StructureCache<Entry>(mostPrograms);
  return (...nodes) => {
    if (activeTrace() !== undefined || isKeepingHistory()) return false;
    const { forms } = stableForms(nodes);
    const graph = retrace(forms);
    if (graph === undefined) return false;
    const backend = getBackend();
    const mode = isTraining();
    beginStructure(backend, mode);
    const { feeds, versions, pending, outputs } = addGraph(forms, graph);
    const hash = structure.hash();
    let entry = entries.get(structure, hash);
    if (entry === undefined || !isUpToDate(entry)) {
      const row = structure.copy();
      const standIns = feeds.map(standInFeed);
      entry = (mode ? training : inference)(() =>
        traceFunction(backend, standIns, () => {
          const made = new Map(feeds.map((feed, i) => [feed, standIns[i]]));
          for (const version of versions) made.set(version, ownerOf(version).current());
          const copies = substitute([...forms, ...outputs], made, copyOf);
          fn(...copies.slice(0, forms.length));
          return copies.slice(forms.length);
        }),
      );
      entries.set(row, hash, entry);
    }
    settle(pending, outputs, runProgram(entry, feeds));
    shareForms(nodes, forms);
    return true;
  };
}

const structure = new Structure();

/** Begins a structure with what any program depends on. */
function beginStructure(backend: Backend, mode: boolean): void {
  structure.clear();
  structure.addNumber(identityOf(backend));
  structure.add(mode ? 1 : 0);
  structure.add(stabilisingKey());
}

/** A tensor among the arguments, and what feeds the program for it: itself, or what it is gathered from. */
interface Argument {
  readonly node: AnyTensor;
  readonly feeds: readonly AnyTensor[];
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
} as const;

/** Adds to `structure` what of an argument a program depends on, and to `given` the tensors in it, in order. */
function addTree(tree: unknown, given: Argument[], mayGather: boolean): void {
  if (tree instanceof Parameter) {
    structure.add(marks.parameter);
    structure.addNumber(tree.id);
  } else if (tree instanceof Tensor) {
    const node: AnyTensor = tree;
    const feeds: AnyTensor[] = [];
    if (mayGather && isGather(node)) addGather(node, feeds);
    else addTensor(node, feeds);
    given.push({ node, feeds });
  } else if (typeof tree === "number") {
    structure.add(marks.number);
    const node = weakScalar(tree);
    given.push({ node, feeds: [node] });
  } else if (typeof tree === "string") {
    structure.add(marks.text);
    structure.addWord(tree);
  } else if (Array.isArray(tree)) {
    structure.add(marks.list);
    structure.add(tree.length);
    for (const item of tree) addTree(item, given, mayGather);
  } else if (isPlainObject(tree)) {
    const names = Object.keys(tree);
    structure.add(marks.object);
    structure.add(names.length);
    for (const name of names) {
      structure.addWord(name);
      addTree(tree[name], given, mayGather);
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

function addTensor(node: AnyTensor, feeds: AnyTensor[]): void {
  structure.add(node.weak ? marks.weak : marks.tensor);
  structure.addType(node.dtype, node.shape);
  feeds.push(node);
}

/**
 * Is it a gather of what has been computed, at indices that may have to be checked, such as the rows of a batch? It is computed in the
 * program that it is an argument of, which may find the rows where they are; but if it comes again, once and for all.
 */
function isGather({ op, inputs, memo }: AnyTensor): boolean {
  if (!op.gathers || memo.storage !== undefined || memo.passes > 0) return false;
  return inputs.every((input) => isComputed(input) || (input.op.checks && input.inputs.every(isComputed)));
}

function addGather(node: AnyTensor, feeds: AnyTensor[]): void {
  node.memo.passes = 1;
  addNode(node);
  for (const input of node.inputs) {
    if (isComputed(input)) addTensor(input, feeds);
    else {
      addNode(input);
      for (const checked of input.inputs) addTensor(checked, feeds);
    }
  }
}

function addNode({ op, attributes }: AnyTensor): void {
  structure.add(marks.node);
  structure.add(op.id);
  structure.addAttributes(attributes);
}

/** What a program computes of the arguments' graphs: `feeds` are what it is given, but for `versions`, which it reads as parameters. */
interface GraphParts {
  readonly feeds: readonly AnyTensor[];
  readonly versions: readonly AnyTensor[];
  readonly pending: readonly AnyTensor[];
  /** The arguments, and what else keeps its values. */
  readonly outputs: readonly AnyTensor[];
}

/** Adds the graphs of `nodes` to `structure`. */
function addGraph(nodes: readonly AnyTensor[], { order, isGiven }: Retraced): GraphParts {
  const feeds: AnyTensor[] = [];
  const versions: AnyTensor[] = [];
  structure.add(order.length);
  const { inputs, pending } = describeGraph(structure, order, isGiven);
  for (const input of inputs) {
    if (isPresentVersion(input)) {
      structure.add(marks.parameter);
      structure.addNumber(ownerOf(input).id);
      versions.push(input);
    } else {
      structure.add(input.weak ? marks.weak : marks.tensor);
      feeds.push(input);
    }
  }
  for (const node of nodes) structure.add(node.memo.place);
  const outputs = outputsOf(pendingOf(nodes), pending);
  for (const node of outputs) structure.add(node.memo.place);
  return { feeds, versions, pending, outputs };
}

/** What stands for what feeds a graph. A number is one, of which rules know what is part of the structure. */
function standInFeed(feed: AnyTensor): AnyTensor {
  return feed.op === leaves.literal ? copyOf(feed, feed.inputs) : standInFor(feed);
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
  if (!tensors.every(isComputed)) evaluate(...tensors);
}

/** Were the parameters it reads trainable where they are? What `backward()` differentiates by depends on it. */
function isUpToDate({ reads, trainable }: Entry): boolean {
  for (let i = 0; i < reads.length; i++) if (reads[i].trainable !== trainable[i]) return false;
  return true;
}

/** Traces `fn`, whose program is given what stands in for it as `standIns`. */
function traceFunction(backend: Backend, standIns: readonly AnyTensor[], fn: () => unknown): Entry {
  const start = nextId();
  const { trace, result: raw } = keepingHistory(() =>
    recordTrace(() => {
      const value = fn();
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
  // What is known has no inputs: inner nodes, which are most, are not looked up.
  const isGiven = (node: AnyTensor): boolean =>
    isOlder(node) || (node.inputs.length === 0 && known.has(node));
  const { outputs, order } = stabiliseInOrder(written, { isGiven, reuse: true });
  const captured = order.filter((node) => isOlder(node) && !known.has(node) && node.op !== leaves.literal);
  evaluate(...captured);
  const inputs = [...standIns, ...reads.map(([, node]) => node), ...captured];
  const readAt = new Map(reads.map(([parameter], i) => [parameter, standIns.length + i]));
  const replaces = outputs.map((_, i) => readAt.get(writes[i - results.length]?.[0]));
  const outlines = results.map(outline);
  return {
    program: backend.prepare({ inputs, outputs, replaces }),
    adoptions: standIns.flatMap((node, place) => adoptionsOf(node).map((one) => ({ ...one, place }))),
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

/** Runs the program and gives parameters their values. Of what it has computed the first are the tensors of the result. */
function runProgram(entry: Entry, tensors: readonly AnyTensor[]): readonly Storage[] {
  for (const { op, dtype, place } of entry.adoptions)
    checkRepresentable(op, inputValues(tensors[place]).values[0], dtype);
  const inputs: Storage[] = [];
  const isSpare: boolean[] = [];
  for (const node of tensors) {
    inputs.push(inputValues(node));
    isSpare.push(false);
  }
  for (const parameter of entry.reads) {
    inputs.push(parameter.storage);
    isSpare.push(parameter.storage.hasOneHolder);
  }
  for (const storage of entry.captured) inputs.push(storage);
  const storages = entry.program.run(inputs, isSpare);
  let next = entry.outlines.length;
  for (const parameter of entry.writes) parameter.replace(storages[next++]);
  for (const { parameter, isSet } of entry.gradients) {
    parameter.grad = isSet
      ? (storageNode(storages[next++], parameter.shape, parameter.dtype) as never)
      : undefined;
  }
  return storages;
}

function runEntry(entry: Entry, tensors: readonly AnyTensor[]): unknown {
  const storages = runProgram(entry, tensors);
  const wrapped = entry.outlines.map(({ shape, dtype }, i) => storageNode(storages[i], shape, dtype));
  return entry.result === entry.outlines[0] ? wrapped[0] : replaceTensors(entry.result, wrapped);
}
