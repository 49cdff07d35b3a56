import { callSiteOf } from "../graph/callSite.ts";
import type { TypedArray } from "../graph/dtype.ts";
import { leaves, type Values } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { listening, type Rewrite } from "../stabilise/pass.ts";
import { traceCall } from "./call.ts";
import {
  type ExactValues,
  exactLeaf,
  exactly,
  leafValues,
  runExactly,
  runNode,
  type WideArray,
} from "./exact.ts";
import { errorText, worstError } from "./relativeError.ts";

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

/** Computes nodes at the given inputs, each once: in their own dtype, and exactly. */
class Evaluation {
  readonly #given: ReadonlyMap<AnyTensor, TypedArray>;
  readonly #own = new Map<AnyTensor, Values>();
  readonly #exact = new Map<AnyTensor, ExactValues>();

  constructor(given: ReadonlyMap<AnyTensor, TypedArray>) {
    this.#given = given;
  }

  /** Can it be computed? Not where it is made of another function's argument, which has no number. */
  knows(node: AnyTensor): boolean {
    return this.#order(node, new Map()).every((one) => this.#given.has(one) || one.op !== leaves.input);
  }

  own(target: AnyTensor): Values {
    for (const node of this.#order(target, this.#own)) {
      const { shape, dtype, op, inputs } = node;
      const held = this.#given.get(node);
      const from = (): Values[] => inputs.map((input) => this.#own.get(input) as Values);
      const values = held ?? (op.kind === "leaf" ? leafValues(node) : runNode(node, from()));
      this.#own.set(node, { shape, dtype, values });
    }
    return this.#own.get(target) as Values;
  }

  exact(target: AnyTensor): WideArray | undefined {
    for (const node of this.#order(target, this.#exact)) {
      const held = this.#given.get(node);
      const from = (): ExactValues[] => node.inputs.map((input) => this.#exact.get(input) as ExactValues);
      if (held !== undefined) this.#exact.set(node, exactly(held, node.shape, node.dtype));
      else this.#exact.set(node, node.op.kind === "leaf" ? exactLeaf(node) : runExactly(node, from()));
    }
    return this.#exact.get(target)?.numbers;
  }

  /** The nodes that are still to be computed for one. */
  #order(target: AnyTensor, done: ReadonlyMap<AnyTensor, unknown>): AnyTensor[] {
    const stop = (node: AnyTensor): boolean => this.#given.has(node) || done.has(node);
    return topologicalOrder([target], stop).filter((node) => !done.has(node));
  }
}

/** The rewrite without its errors: what is told once, however often it is made. */
function sentence({ written, replacement, because }: Rewrite): string {
  // Operands are the nodes where the two sides meet: the last that both are computed from.
  const common = new Set(topologicalOrder([replacement]));
  const formula = new Formula();
  for (const node of topologicalOrder([written], (one) => common.has(one)))
    if (common.has(node) && node.op !== leaves.literal) formula.name(node);
  const site = callSiteOf(written);
  const heading = `${formula.of(written)} → ${formula.of(replacement)}`;
  const operands = formula.types();
  return [
    heading,
    ...[...new Set(because.toReversed())].map((reason) => `  ${reason}`),
    ...(operands === "" ? [] : [`  with ${operands}`]),
    ...(site?.at === undefined
      ? []
      : [`  ${site.isBackward ? "in the gradient of" : "written at"} ${site.at}`]),
  ].join("\n");
}

/** The worst relative errors of both sides, against the replacement in 106 bits: the formula as written may cancel even there. */
function errorsOf({ written, replacement }: Rewrite, evaluation: Evaluation): [number, number] | undefined {
  if (!evaluation.knows(written) || !evaluation.knows(replacement)) return undefined;
  const exact = evaluation.exact(replacement);
  if (exact === undefined) return undefined;
  return [
    worstError(evaluation.own(written).values, exact, written.dtype).error,
    worstError(evaluation.own(replacement).values, exact, replacement.dtype).error,
  ];
}

/**
 * What the stabilising pass does with a function's formulas: `explain(fn)(...args)` calls `fn`, differentiations within it included,
 * and gives each rewrite as text: the formula as written, what replaces it, why, the user's line, and the worst relative error of both
 * at these arguments, against numbers of 106 bits. No parameter changes.
 * Throws {@link GraphError} when the function is async.
 */
export function explain<Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
): (...args: Args) => string {
  return (...args) => {
    const rewrites: Rewrite[] = [];
    const found = new Map<string, [number, number]>();
    const { given } = listening(
      (rewrite) => rewrites.push(rewrite),
      () => traceCall("explain", fn, args),
    );
    const evaluation = new Evaluation(given);
    for (const rewrite of rewrites) {
      const text = sentence(rewrite);
      const [before, after] = errorsOf(rewrite, evaluation) ?? [Number.NaN, Number.NaN];
      const [worstBefore, worstAfter] = found.get(text) ?? [before, after];
      found.set(text, [Math.max(before, worstBefore), Math.max(after, worstAfter)]);
    }
    if (found.size === 0) return "nothing to rewrite";
    return Array.from(found, ([text, [before, after]]) =>
      Number.isNaN(before)
        ? text
        : `${text}\n  off by ${errorText(before)} at worst as written, by ${errorText(after)} as rewritten`,
    ).join("\n");
  };
}
