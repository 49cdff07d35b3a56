import { type AnyTensor, type Op, primitives } from "@adjoint/tensor";
import { choices, type IsGiven } from "./moves.ts";
import { sigmoidOp } from "./sigmoid.ts";
import { softmaxOp } from "./softmax.ts";

const shares: ReadonlySet<Op> = new Set([softmaxOp, sigmoidOp]);

/** Is the node a softmax or sigmoid, or elements of one: between 0 and 1, with a logarithm that is known without it? */
export function isShare(node: AnyTensor, isGiven: IsGiven): boolean {
  if (isGiven(node)) return false;
  const { op, inputs } = node;
  if (op === primitives.where) return isShare(inputs[1], isGiven) && isShare(inputs[2], isGiven);
  return shares.has(op) || (choices.has(op) && isShare(inputs[0], isGiven));
}
