import type { AnyTensor } from "./tensor.ts";

let marks = 0;

/**
 * The nodes that `outputs` are computed from, inputs before what uses them. `stop` names nodes whose inputs are not
 * followed; it must not walk over the graph itself. Iterative, since an uncompiled history may be thousands of nodes deep.
 *
 * Nodes are marked (`memo.walk`), since a set of them takes longer than all the rest of a walk: so there is one walk at a time.
 */
export function topologicalOrder(
  outputs: readonly AnyTensor[],
  stop: (node: AnyTensor) => boolean = () => false,
): AnyTensor[] {
  const entered = ++marks;
  const left = ++marks;
  const order: AnyTensor[] = [];
  // The first output on top. A node stays below its inputs until they are left, and may stand there for each that uses it.
  const path = outputs.toReversed();
  while (path.length > 0) {
    const node = path[path.length - 1];
    const { memo } = node;
    if (memo.walk !== entered && memo.walk !== left) {
      memo.walk = entered;
      if (stop(node)) continue;
      const { inputs } = node;
      for (let i = inputs.length - 1; i >= 0; i--) if (inputs[i].memo.walk !== left) path.push(inputs[i]);
    } else {
      path.pop();
      if (memo.walk === left) continue;
      memo.walk = left;
      order.push(node);
    }
  }
  return order;
}
