import { allocate, type TypedArray } from "../graph/dtype.ts";
import { GraphError } from "../graph/errors.ts";
import { installEvaluator, recordValues } from "../graph/history.ts";
import { type Attributes, leaves } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import { Storage } from "../graph/storage.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { isRewritable, isStabilising, stabilise, stabilisingKey } from "../stabilise/pass.ts";
import type { Backend, Program } from "./backend.ts";
import { BoundedCache } from "./cache.ts";
import { referenceBackend } from "./reference.ts";

let backend: Backend = referenceBackend;
const programs = new BoundedCache<string, Program>(256);

/** Chooses what runs the graphs from here on. Programs made by {@link compile} keep the backend they were made for. */
export function setBackend(chosen: Backend): void {
  backend = chosen;
  programs.clear();
}

/** The backend in use. */
export function getBackend(): Backend {
  return backend;
}

/** Small whole numbers and halves are structure, since patterns look at them; other numbers are inputs of a program. */
function isStructural(value: number): boolean {
  return Number.isInteger(value * 2) && Math.abs(value) <= 4;
}

/**
 * A node of no more elements keeps its values also when it is on the way to others: a running total of which an average is
 * printed now and then would else be added up from the start each time.
 */
const keptSize = 64;

function attributesKey(attributes: Attributes): string {
  const entries = Object.entries(attributes);
  return entries.length === 0
    ? ""
    : JSON.stringify(entries, (_, value) =>
        Object.is(value, -0)
          ? "-0"
          : typeof value === "number" && !Number.isFinite(value)
            ? String(value)
            : value,
      );
}

/**
 * The structure of the pending graph as text, and the nodes that feed it: graphs with equal keys run the same program.
 */
function describe(targets: readonly AnyTensor[]): {
  key: string;
  inputs: AnyTensor[];
  pending: AnyTensor[];
  outputs: AnyTensor[];
} {
  const isGiven = (node: AnyTensor): boolean => node.memo.storage !== undefined;
  const order = topologicalOrder(targets, isGiven);
  const place = new Map<AnyTensor, number>();
  const inputs: AnyTensor[] = [];
  const pending: AnyTensor[] = [];
  const outputs = new Set(targets);
  const numbers = new Map<string, number>();
  let key = "";
  for (const node of order) {
    place.set(node, place.size);
    const { op, attributes } = node;
    if (isGiven(node)) {
      inputs.push(node);
      key += `${node.dtype}[${node.shape}];`;
    } else if (op === leaves.literal && !isStructural(attributes.value as number)) {
      // Patterns look at the sign of a number, and at whether two are the same.
      const value = attributes.value as number;
      const number = `${node.dtype} ${value}`;
      const same = numbers.get(number) ?? place.size - 1;
      numbers.set(number, same);
      inputs.push(node);
      key += `${node.dtype}${value > 0 ? "+" : "-"}${same};`;
    } else if (op === leaves.input || op === leaves.parameter) {
      throw new GraphError(
        "read",
        `a traced value (${node.dtype} ${shapeText(node.shape)}) has no number while compile() or checkpoint() traces the function; ` +
          "return it and read it after the call, or choose with where() instead of if",
      );
    } else {
      pending.push(node);
      if (node.size <= keptSize && op !== leaves.literal) outputs.add(node);
      key += `${op.id}(${node.inputs.map((input) => place.get(input))})${attributesKey(attributes)}${op === leaves.literal ? node.dtype : ""};`;
    }
  }
  const places = [...outputs].map((output) => place.get(output));
  return { key: `${key}→${places}`, inputs, pending, outputs: [...outputs] };
}

/**
 * Computes the values of several tensors in one program, cached by the structure of their graph. What was computed
 * before is not computed again.
 */
export function evaluate(...tensors: readonly AnyTensor[]): void {
  const asked = [...new Set(tensors.map((tensor) => tensor.current()))].filter(
    (node) => node.memo.storage === undefined,
  );
  const stable = stableForms(asked);
  const targets = [...new Set(stable)].filter((node) => node.memo.storage === undefined);
  if (targets.length > 0) compute(targets);
  asked.forEach((node, i) => {
    if (node.memo.storage !== undefined) return;
    node.memo.storage = stable[i].memo.storage;
    recordValues([node], [node]);
  });
}

/**
 * What is computed in the place of nodes: the form in which one was differentiated, which shares its work with the gradient; and where
 * a formula reaches into what has been evaluated, its rewritten form, lest its value depend on what was looked at before. Other
 * formulas are rewritten when their program is made, not each time.
 */
function stableForms(nodes: readonly AnyTensor[]): readonly AnyTensor[] {
  if (!isStabilising()) return nodes;
  const forms = nodes.map((node) => node.memo.stabilised ?? node);
  const isComputed = ({ memo }: AnyTensor): boolean => memo.storage !== undefined;
  const order = topologicalOrder(forms, isComputed);
  const reachesBack =
    order.some((node) => isComputed(node) && node.inputs.length > 0) &&
    order.some((node) => !isComputed(node) && isRewritable(node.op));
  if (!reachesBack) return forms;
  return stabilise(forms, {
    isGiven: (node) => node.inputs.length === 0 && node.op !== leaves.literal,
    isKept: isComputed,
  });
}

function compute(targets: readonly AnyTensor[]): void {
  const { key: structure, inputs, pending, outputs } = describe(targets);
  const key = `${stabilisingKey()} ${structure}`;
  let program = programs.get(key);
  if (program === undefined) {
    const given = new Set(inputs);
    program = backend.prepare({
      inputs,
      outputs: stabilise(outputs, { isGiven: (node) => given.has(node) }),
    });
    programs.set(key, program);
  }
  const results = program.run(inputs.map(inputValues));
  outputs.forEach((output, i) => {
    output.memo.storage = results[i];
  });
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
