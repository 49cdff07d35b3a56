import { isParameterVersion, leaves } from "../graph/op.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";
import { isComputed } from "./evaluate.ts";
import { ownerOf } from "./parameter.ts";

/** The graph of nodes as far as a program may compute it: `isGiven` says of each node in `order`, once, whether it feeds the program. */
export interface Retraced {
  readonly order: readonly AnyTensor[];
  readonly isGiven: (node: AnyTensor) => boolean;
}

/** Is the node what its parameter stands for now? The former value of one that is not trained, as a dropout's state is, counts as data. */
export function isPresentVersion(node: AnyTensor): boolean {
  return isParameterVersion(node) && ownerOf(node).current() === node;
}

/** Is the node a former value of a parameter that is trained? */
function isFormerVersion(node: AnyTensor): boolean {
  return isParameterVersion(node) && ownerOf(node).trainable && !isPresentVersion(node);
}

/**
 * How a program may compute nodes once more, from data, parameters, and what has been computed of data alone: whatever of the rest has been
 * computed too, so that results do not depend on what was looked at. Undefined where it may not: the graph was made of the former value of a parameter that is
 * trained, or has ops with a gradient rule of the user's own.
 */
export function retrace(nodes: readonly AnyTensor[]): Retraced | undefined {
  let isPresent = true;
  const history = topologicalOrder(nodes, (one) => {
    isPresent &&= !isFormerVersion(one);
    return !isPresent || (one.memo.isData && isComputed(one));
  });
  if (!isPresent) return undefined;
  /** Is it computed from a parameter? By place. */
  const varies: boolean[] = [];
  let ends = false;
  for (let place = 0; place < history.length; place++) {
    const one = history[place];
    const { inputs, memo } = one;
    memo.place = place;
    let isVarying = isPresentVersion(one);
    if (!memo.isData) for (let i = 0; i < inputs.length; i++) isVarying ||= varies[inputs[i].memo.place];
    varies.push(isVarying);
    ends ||= !isVarying && inputs.length > 0 && isComputed(one);
  }
  const isGiven = (one: AnyTensor): boolean =>
    one.op !== leaves.literal && isComputed(one) && (one.inputs.length === 0 || !varies[one.memo.place]);
  const order = ends ? topologicalOrder(nodes, isGiven) : history;
  return order.some(({ op }) => op.userRule) ? undefined : { order, isGiven };
}
