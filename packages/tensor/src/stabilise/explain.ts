import { leaves } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { treeTensors } from "../graph/tree.ts";
import { listening, type Rewrite, stabilise } from "./pass.ts";

const letters = ["x", "y", "z", "u", "v", "w"];

/** Names for the operands of a formula, and the formula in them. */
class Formula {
  readonly #names = new Map<AnyTensor, string>();

  name(node: AnyTensor): string {
    const name = this.#names.get(node) ?? letters[this.#names.size] ?? `x${this.#names.size}`;
    this.#names.set(node, name);
    return name;
  }

  of(node: AnyTensor): string {
    const { op, inputs, attributes } = node;
    if (op === leaves.literal) return String(attributes.value);
    if (this.#names.has(node) || inputs.length === 0) return this.name(node);
    if (op.transparent) return this.of(inputs[0]);
    return `${op.name}(${inputs.map((input) => this.of(input)).join(", ")})`;
  }

  types(): string {
    return [...this.#names]
      .map(([node, name]) => `${name}: ${node.dtype}${shapeText(node.shape)}`)
      .join(", ");
  }
}

function sentence({ written, replacement, because }: Rewrite): string {
  // Operands are the nodes where the two sides meet: the last that both are computed from.
  const common = new Set(topologicalOrder([replacement]));
  const formula = new Formula();
  for (const node of topologicalOrder([written], (one) => common.has(one)))
    if (common.has(node) && node.op !== leaves.literal) formula.name(node);
  return [
    `${formula.of(written)} → ${formula.of(replacement)}`,
    ...[...new Set(because.toReversed())].map((reason) => `  ${reason}`),
    `  with ${formula.types()}`,
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
