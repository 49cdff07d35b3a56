import { allocate, bytesPerElement, type TypedArray } from "../graph/dtype.ts";
import { installEvaluator, mayKeepValues, recordValues } from "../graph/history.ts";
import { leaves } from "../graph/op.ts";
import { Storage } from "../graph/storage.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { isRewritable, isStabilising, stabilise, stabilisingKey } from "../stabilise/pass.ts";
import type { Backend, Program } from "./backend.ts";
import { describeGraph } from "./describe.ts";
import { referenceBackend } from "./reference.ts";
import { mostPrograms, Structure, StructureCache } from "./structure.ts";

let backend: Backend = referenceBackend;
const programs = new StructureCache<Program>(mostPrograms);

/** Chooses what runs the graphs from here on. Programs made by {@link compile} keep the backend they were made for. */
export function setBackend(chosen: Backend): void {
  backend = chosen;
  programs.clear();
}

/** The backend in use. */
export function getBackend(): Backend {
  return backend;
}

/**
 * A node of no more elements is small: it keeps its values also when it is on the way to others, from the second time it is computed on. A
 * running total of which an average is printed now and then would else be added up from the start each time. From the first
 * time on, every step of a chain would be a result.
 */
const smallSize = 64;

/**
 * A larger node is kept from the third time on, and if it is where what comes again ends: a node that has not come as often is
 * computed of it. What is looked at with its gradient comes twice, and is better computed anew than kept in all its parts.
 */
const mostPasses = 2;

/** Stands in a structure before what a program gives. */
const outputsMark = -3;

const structure = new Structure();

/** Does it have its values? */
export function isComputed({ memo }: AnyTensor): boolean {
  return memo.storage !== undefined;
}

/** Does a small node that is computed on the way to others keep its values? A number is a constant of the program, which is no node's to keep. */
function isKept({ memo, size, op }: AnyTensor): boolean {
  return memo.passes > 0 && memo.storage === undefined && size <= smallSize && op !== leaves.literal;
}

/** Does `node` come again more often than what is computed of it? */
function comesAgain({ memo }: AnyTensor, user: AnyTensor): boolean {
  return memo.passes === mostPasses && user.memo.passes < mostPasses && memo.storage === undefined;
}

/** Is it stretched, or made of nothing? Its values would fill memory that its program does without. */
function isStretched({ size, inputs }: AnyTensor): boolean {
  return inputs.reduce((total, input) => total + input.size, 0) < size;
}

/** What a program gives that is to compute `targets` and on the way to them `pending`. */
export function outputsOf(targets: readonly AnyTensor[], pending: readonly AnyTensor[]): AnyTensor[] {
  const outputs = [...targets];
  let bytes = 0;
  const keep = (node: AnyTensor): void => {
    const { memo, size, dtype } = node;
    if (size <= smallSize || memo.storage !== undefined || isStretched(node) || outputs.includes(node))
      return;
    const own = size * bytesPerElement(dtype);
    if (!mayKeepValues(node, bytes + own)) return;
    outputs.push(node);
    if (!memo.isConstant) bytes += own;
  };
  for (let i = 0; i < pending.length; i++) {
    const node = pending[i];
    if (isKept(node) && !targets.includes(node)) outputs.push(node);
    for (let k = 0; k < node.inputs.length; k++) {
      const input = node.inputs[k];
      if (comesAgain(input, node)) (isStretched(input) ? input.inputs : [input]).forEach(keep);
    }
  }
  return outputs;
}

/** Describes the pending graph in `structure`. Gives the nodes that feed it, those that it computes, and those that it gives. */
function describe(
  order: readonly AnyTensor[],
  targets: readonly AnyTensor[],
): { inputs: AnyTensor[]; pending: AnyTensor[]; outputs: AnyTensor[] } {
  structure.clear();
  structure.add(stabilisingKey());
  const { inputs, pending } = describeGraph(structure, order, isComputed);
  const outputs = outputsOf(targets, pending);
  structure.add(outputsMark);
  for (const output of outputs) structure.add(output.memo.place);
  return { inputs, pending, outputs };
}

/**
 * Computes the values of several tensors in one program, cached by the structure of their graph. What was computed
 * before is not computed again.
 */
export function evaluate(...tensors: readonly AnyTensor[]): void {
  const asked = pendingOf(tensors.map((tensor) => tensor.current()));
  if (asked.length === 0) return;
  const { forms, order } = stableForms(asked);
  const targets = pendingOf(forms);
  if (targets.length > 0) compute(targets, order);
  shareForms(asked, forms);
}

/** Gives nodes the values of the forms in which they were computed. */
export function shareForms(nodes: readonly AnyTensor[], forms: readonly AnyTensor[]): void {
  nodes.forEach((node, i) => {
    if (isComputed(node)) return;
    node.memo.storage = forms[i].memo.storage?.hold();
    recordValues([node], [node]);
  });
}

/** Those that have no values yet, each once. */
export function pendingOf(nodes: readonly AnyTensor[]): AnyTensor[] {
  return nodes.length === 1
    ? nodes.filter((node) => !isComputed(node))
    : [...new Set(nodes)].filter((node) => !isComputed(node));
}

/**
 * What is computed in the place of nodes, and all that it is computed from: the form in which one was differentiated, which shares its
 * work with the gradient; and where a formula reaches into what has been evaluated, its rewritten form, lest its value depend on what
 * was looked at before. Other formulas are rewritten when their program is made, not each time.
 */
export function stableForms(nodes: readonly AnyTensor[]): {
  forms: readonly AnyTensor[];
  order: AnyTensor[];
} {
  if (!isStabilising()) return { forms: nodes, order: topologicalOrder(nodes, isComputed) };
  const forms = nodes.map((node) => node.memo.stabilised ?? node);
  const order = topologicalOrder(forms, isComputed);
  let reaches = false;
  let isFormula = false;
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    if (isComputed(node)) reaches ||= node.inputs.length > 0;
    else isFormula ||= isRewritable(node.op);
  }
  if (!reaches || !isFormula) return { forms, order };
  const rewritten = stabilise(forms, {
    isGiven: (node) => node.inputs.length === 0 && node.op !== leaves.literal,
    isKept: isComputed,
  });
  return { forms: rewritten, order: topologicalOrder(rewritten, isComputed) };
}

/** Computes `targets`, which `order` leads to. */
function compute(targets: readonly AnyTensor[], order: readonly AnyTensor[]): void {
  const { inputs, pending, outputs } = describe(order, targets);
  const hash = structure.hash();
  let program = programs.get(structure, hash);
  if (program === undefined) {
    const row = structure.copy();
    const given = new Set(inputs);
    program = backend.prepare({
      inputs,
      outputs: stabilise(outputs, { isGiven: (node) => given.has(node) }),
    });
    programs.set(row, hash, program);
  }
  const results = program.run(inputs.map(inputValues));
  settle(pending, outputs, results);
}

/** Gives nodes what a program has computed for them, `pending` being all that it computed, in order. What has values keeps those. */
export function settle(
  pending: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  results: readonly Storage[],
): void {
  for (let i = 0; i < outputs.length; i++) outputs[i].memo.storage ??= results[i].hold();
  for (let i = 0; i < pending.length; i++) {
    const { memo } = pending[i];
    if (memo.passes < mostPasses) memo.passes++;
  }
  recordValues(pending, outputs);
}

/** The numbers of what feeds a program: of a node that has them, or one number. */
export function inputValues(node: AnyTensor): Storage {
  return node.memo.storage ?? Storage.of(allocate(node.dtype, 1).fill(node.attributes.value as number));
}

/** Where the values of a tensor are, computed if need be. */
export function storageOf(tensor: AnyTensor): Storage {
  const node = tensor.current();
  evaluate(node);
  return node.memo.storage as Storage;
}

/** The values of a tensor, computed if need be. They are shared: do not write to them. */
export function valuesOf(tensor: AnyTensor): TypedArray {
  return storageOf(tensor).values;
}

installEvaluator(evaluate);
