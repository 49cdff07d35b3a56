import type { LoopKernel as PlannedLoop, LoopNode as PlannedNode } from "@adjoint/compiler";
import { type Op, primitives } from "@adjoint/tensor";
import type { FormulaWriter, Part } from "../math/index.ts";
import { mathFunctionOf } from "./mathFunctions.ts";

type PlannedApply = PlannedNode & { readonly kind: "apply" };

/** A value of a loop as it is written: what applies an op, or a part of its formula. */
export type LoopNode =
  | Exclude<PlannedNode, PlannedApply>
  | (Omit<PlannedApply, "op"> & { readonly op: Op | Part });

export type LoopKernel = Omit<PlannedLoop, "nodes"> & { readonly nodes: readonly LoopNode[] };

/**
 * The loop with the formulas of its ops in their parts, and what is computed alike computed once: `tanh(x)`, and the derivative
 * `4 logisticPdf(2 x)`, have the exponential and the quotient in common.
 */
export function inParts(loop: PlannedLoop): LoopKernel {
  const nodes: LoopNode[] = [];
  const known = new Map<string, number>();
  /** The node's index, or that of an equal one. */
  const place = (node: LoopNode): number => {
    const key = keyOf(node);
    const equal = key === undefined ? undefined : known.get(key);
    if (equal !== undefined) return equal;
    const index = nodes.push(node) - 1;
    if (key !== undefined) known.set(key, index);
    return index;
  };
  const moved: number[] = [];
  for (const node of loop.nodes) {
    const of = (i: number): number => moved[i];
    if (node.kind === "reduce") moved.push(place({ ...node, arg: of(node.arg) }));
    else if (node.kind === "load" && node.at !== undefined) moved.push(place({ ...node, at: of(node.at) }));
    else if (node.kind !== "apply") moved.push(place(node));
    else {
      const args = node.args.map(of);
      const formula = mathFunctionOf(node.op, node.dtype)?.formula;
      moved.push(
        formula === undefined ? place({ ...node, args }) : formula(writerOf(node, nodes, place), args[0]),
      );
    }
  }
  return { ...loop, nodes, stores: loop.stores.map((store) => ({ ...store, node: moved[store.node] })) };
}

/** Writes a formula as nodes beside the one that it stands for. */
function writerOf(
  { dtype, extent, phase }: PlannedApply,
  nodes: readonly LoopNode[],
  place: (node: LoopNode) => number,
): FormulaWriter<number> {
  const apply = (op: Op | Part, args: readonly number[]): number =>
    place({ kind: "apply", op, args, attributes: {}, dtype, extent, phase });
  /** y of −y. */
  const unsigned = (i: number): number => {
    const node = nodes[i];
    return node.kind === "apply" && node.op === primitives.neg ? node.args[0] : i;
  };
  return {
    number: (value) => place({ kind: "number", value, dtype, extent: "uniform", phase: 0 }),
    mul: (a, b) => apply(primitives.mul, [a, b]),
    part: (part, ...args) => apply(part, part.isEven ? args.map(unsigned) : args),
  };
}

/** Equal for nodes of equal value; undefined where that is not asked. */
function keyOf(node: LoopNode): string | undefined {
  const { kind, dtype, extent, phase } = node;
  if (kind === "number") return `${dtype} ${Object.is(node.value, -0) ? "-0" : node.value}`;
  if (kind !== "apply") return undefined;
  return `${dtype} ${extent} ${phase} ${node.op.id} ${node.args} ${JSON.stringify(node.attributes)}`;
}
