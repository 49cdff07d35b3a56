import { leaves } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { treeTensors } from "../graph/tree.ts";
import { listening, type Rewrite, stabilise } from "./pass.ts";

const letters = ["x", "y", "z", "u", "v", "w"];

/** A node as a formula of what both sides of a rewrite use. */
function formula(node: AnyTensor, names: ReadonlyMap<AnyTensor, string>): string {
  const name = names.get(node);
  if (name !== undefined) return name;
  const { op, inputs, attributes } = node;
  if (op === leaves.literal) return String(attributes.value);
  if (op.transparent) return formula(inputs[0], names);
  return inputs.length === 0
    ? op.name
    : `${op.name}(${inputs.map((input) => formula(input, names)).join(", ")})`;
}

function sentence({ written, replacement, because }: Rewrite): string {
  // Operands are the nodes where the two sides meet: the last that both are computed from.
  const common = new Set(topologicalOrder([replacement]));
  const operands = topologicalOrder([written], (node) => common.has(node)).filter(
    (node) => common.has(node) && node.op !== leaves.literal,
  );
  const names = new Map(operands.map((node, i) => [node, letters[i] ?? `x${i}`] as const));
  const types = operands.map((node) => `${names.get(node)}: ${node.dtype}${shapeText(node.shape)}`);
  return [
    `${formula(written, names)} → ${formula(replacement, names)}`,
    ...because.toReversed().map((reason) => `  ${reason}`),
    `  with ${types.join(", ")}`,
  ].join("\n");
}

/**
 * What the stabilising pass does with a function's formulas: `explain(fn)(...args)` calls `fn`, differentiations within it
 * included, computes nothing, and gives each rewrite as text: the formula as written, what replaces it, and why.
 */
export function explain<Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
): (...args: Args) => string {
  return (...args) => {
    const found = new Set<string>();
    listening(
      (rewrite) => found.add(sentence(rewrite)),
      () => {
        const given = new Set(treeTensors(args).map((tensor) => tensor.current()));
        const outputs = treeTensors(fn(...args)).map((tensor) => tensor.current());
        stabilise(outputs, { isGiven: (node) => given.has(node), reuse: true });
      },
    );
    return found.size === 0 ? "nothing to rewrite" : [...found].join("\n");
  };
}
