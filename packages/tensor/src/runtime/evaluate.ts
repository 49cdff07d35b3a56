import { allocate, type TypedArray } from "../graph/dtype.ts";
import { GraphError } from "../graph/errors.ts";
import { installEvaluator, recordValues } from "../graph/history.ts";
import { type Attributes, leaves } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
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
  const isGiven = (node: AnyTensor): boolean => node.memo.values !== undefined;
  const order = topologicalOrder(targets, isGiven);
  const place = new Map<AnyTensor, number>();
  const inputs: AnyTensor[] = [];
  const pending: AnyTensor[] = [];
  const outputs = new Set(targets);
  let key = "";
  for (const node of order) {
    place.set(node, place.size);
    const { op, attributes } = node;
    if (isGiven(node) || (op === leaves.literal && !isStructural(attributes.value as number))) {
      inputs.push(node);
      key += `${node.dtype}[${node.shape}];`;
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
  const targets = [...new Set(tensors.map((tensor) => tensor.current()))].filter(
    (node) => node.memo.values === undefined,
  );
  if (targets.length === 0) return;
  const { key, inputs, pending, outputs } = describe(targets);
  let program = programs.get(key);
  if (program === undefined) {
    program = backend.prepare({ inputs, outputs });
    programs.set(key, program);
  }
  const results = program.run(inputs.map(inputValues));
  outputs.forEach((output, i) => {
    output.memo.values = results[i];
  });
  recordValues(pending, outputs);
}

function inputValues(node: AnyTensor): TypedArray {
  return node.memo.values ?? allocate(node.dtype, 1).fill(node.attributes.value as number);
}

/** The values of a tensor, computed if need be. They are shared: do not write to them. */
export function valuesOf(tensor: AnyTensor): TypedArray {
  const node = tensor.current();
  evaluate(node);
  return node.memo.values as TypedArray;
}

installEvaluator(evaluate);
