import { clipOp, sigmoidOp, softmaxOp } from "@adjoint/ops";
import { type AnyTensor, type Op, primitives } from "@adjoint/tensor";
import { warnOnce } from "../warning.ts";

/** Ops that only move, copy or bound what they are given. */
const movers: readonly Op[] = [
  clipOp,
  primitives.broadcastTo,
  primitives.cast,
  primitives.reshape,
  primitives.slice,
  primitives.take,
  primitives.transpose,
];

/** The op that computed the numbers of `x`. */
function makerOf(x: AnyTensor): Op {
  let node: AnyTensor = x.current();
  while (movers.includes(node.op) && node.inputs.length > 0) node = node.inputs[0];
  return node.op;
}

/** Tells, once, who gives a loss the result of softmax or sigmoid that it should have logits. */
export function adviseOnLogits(loss: string, outputs: AnyTensor, fromLogits: boolean): void {
  const maker = makerOf(outputs);
  if (maker !== softmaxOp && maker !== sigmoidOp) return;
  warnOnce(
    fromLogits
      ? `${loss}: the logits come from ${maker.name}, which the loss applies again; leave it out of the model, or pass { fromLogits: false }`
      : `${loss}: the probabilities come from ${maker.name}; leave it out of the model and pass { fromLogits: true }, which is exact where probabilities round to 0 or 1`,
  );
}
