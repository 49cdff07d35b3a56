import { allocate, rankOf, type TypedArray } from "../graph/dtype.ts";
import { GraphError } from "../graph/errors.ts";
import { installEvaluator, recordValues } from "../graph/history.ts";
import { leaves } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import { Storage } from "../graph/storage.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { isKeptNumber, isRewritable, isStabilising, stabilise, stabilisingKey } from "../stabilise/pass.ts";
import type { Backend, Program } from "./backend.ts";
import { referenceBackend } from "./reference.ts";
import { Structure, StructureCache } from "./structure.ts";

let backend: Backend = referenceBackend;
const programs = new StructureCache<Program>(256);

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
 * Small whole numbers and halves are structure, and so is what patterns look for, a dimension or the number of elements among it;
 * other numbers are inputs of a program.
 */
function isStructural(value: number, order: readonly AnyTensor[]): boolean {
  if (isKeptNumber(value)) return true;
  return Number.isInteger(value) && order.some(({ size, shape }) => size === value || shape.includes(value));
}

/**
 * A node of no more elements keeps its values also when it is on the way to others, from the second time it is computed on: a
 * running total of which an average is printed now and then would else be added up from the start each time. From the first
 * time on, every step of a chain would be a result.
 */
const keptSize = 64;

/** What stands for a node in a structure, but for an op's node, which is there with the op's number. */
const marks = { given: -1, number: -2, outputs: -3 } as const;

const structure = new Structure();

/** Does it have its values? */
export function isComputed({ memo }: AnyTensor): boolean {
  return memo.storage !== undefined;
}

/** Describes the pending graph in `structure`: graphs of equal structure run the same program. Gives the nodes that feed it. */
function describe(
  order: readonly AnyTensor[],
  targets: readonly AnyTensor[],
): { inputs: AnyTensor[]; pending: AnyTensor[]; outputs: AnyTensor[] } {
  const inputs: AnyTensor[] = [];
  const pending: AnyTensor[] = [];
  const outputs = [...targets];
  const numbers: Map<number, number>[] = [];
  structure.clear();
  structure.add(stabilisingKey());
  for (let place = 0; place < order.length; place++) {
    const node = order[place];
    const { op, inputs: made, attributes, memo } = node;
    memo.place = place;
    if (memo.storage !== undefined) {
      inputs.push(node);
      structure.add(marks.given);
      structure.addType(node.dtype, node.shape);
    } else if (op === leaves.literal && !isStructural(attributes.value as number, order)) {
      // Patterns look at the sign of a number, and at whether two are the same.
      const value = attributes.value as number;
      const rank = rankOf(node.dtype);
      numbers[rank] ??= new Map();
      const same = numbers[rank].get(value) ?? place;
      numbers[rank].set(value, same);
      inputs.push(node);
      structure.add(marks.number);
      structure.add(2 * rank + (value > 0 ? 1 : 0));
      structure.add(same);
    } else if (op === leaves.input || op === leaves.parameter) {
      throw new GraphError(
        "read",
        `a traced value (${node.dtype} ${shapeText(node.shape)}) has no number while compile() or checkpoint() traces the function; ` +
          "return it and read it after the call, or choose with where() instead of if",
      );
    } else {
      pending.push(node);
      // A number is a constant of the program, whose buffer must not become a node's, to be used again for others.
      const isKept = memo.keeps && node.size <= keptSize && op !== leaves.literal;
      if (isKept && !targets.includes(node)) outputs.push(node);
      structure.add(op.id);
      structure.add(made.length);
      for (let i = 0; i < made.length; i++) structure.add(made[i].memo.place);
      structure.addAttributes(attributes);
      if (op === leaves.literal) structure.add(rankOf(node.dtype));
    }
  }
  structure.add(marks.outputs);
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
  asked.forEach((node, i) => {
    if (node.memo.storage !== undefined) return;
    node.memo.storage = forms[i].memo.storage?.hold();
    recordValues([node], [node]);
  });
}

/** Those that have no values yet, each once. */
function pendingOf(nodes: readonly AnyTensor[]): AnyTensor[] {
  return nodes.length === 1
    ? nodes.filter((node) => !isComputed(node))
    : [...new Set(nodes)].filter((node) => !isComputed(node));
}

/**
 * What is computed in the place of nodes, and all that it is computed from: the form in which one was differentiated, which shares its
 * work with the gradient; and where a formula reaches into what has been evaluated, its rewritten form, lest its value depend on what
 * was looked at before. Other formulas are rewritten when their program is made, not each time.
 */
function stableForms(nodes: readonly AnyTensor[]): { forms: readonly AnyTensor[]; order: AnyTensor[] } {
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
  for (let i = 0; i < outputs.length; i++) outputs[i].memo.storage = results[i].hold();
  for (let i = 0; i < pending.length; i++) pending[i].memo.keeps = true;
  recordValues(pending, outputs);
}

function inputValues(node: AnyTensor): Storage {
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
