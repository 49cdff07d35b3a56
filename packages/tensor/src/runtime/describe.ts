import { rankOf } from "../graph/dtype.ts";
import { GraphError } from "../graph/errors.ts";
import { leaves } from "../graph/op.ts";
import { shapeText } from "../graph/shape.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { isKeptNumber } from "../stabilise/pass.ts";
import type { Structure } from "./structure.ts";

/** What stands for a node in a structure, but for an op's node, which is there with the op's number. */
const marks = { given: -1, number: -2 } as const;

/**
 * Small whole numbers and halves are structure, and so is what patterns look for, a dimension or the number of elements among it;
 * other numbers are inputs of a program.
 */
function isStructural(value: number, order: readonly AnyTensor[]): boolean {
  if (isKeptNumber(value)) return true;
  return Number.isInteger(value) && order.some(({ size, shape }) => size === value || shape.includes(value));
}

/**
 * Describes a graph in `structure`: graphs of equal structure run the same program. Gives the nodes that feed it, which are those that are given
 * and numbers, and the rest, which it computes. `memo.place` has each node's place in `order`.
 */
export function describeGraph(
  structure: Structure,
  order: readonly AnyTensor[],
  isGiven: (node: AnyTensor) => boolean,
): { inputs: AnyTensor[]; pending: AnyTensor[] } {
  const inputs: AnyTensor[] = [];
  const pending: AnyTensor[] = [];
  const numbers: Map<number, number>[] = [];
  for (let place = 0; place < order.length; place++) {
    const node = order[place];
    const { op, attributes } = node;
    if (isGiven(node)) {
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
      addComputed(structure, node);
    }
    node.memo.place = place;
  }
  return { inputs, pending };
}

/** Adds a node that is computed, whose inputs have their places. */
export function addComputed(structure: Structure, { op, inputs, attributes, dtype }: AnyTensor): void {
  structure.add(op.id);
  structure.add(inputs.length);
  for (let i = 0; i < inputs.length; i++) structure.add(inputs[i].memo.place);
  structure.addAttributes(attributes);
  if (op === leaves.literal) structure.add(rankOf(dtype));
}
