import type { AnyTensor } from "./tensor.ts";

const none: readonly AnyTensor[] = [];
let walks = 0;

/**
 * A number for a walk, which marks the nodes it came by (`memo.walk`): one walk at a time, since a set of nodes takes longer than all
 * the rest of a walk.
 */
function startWalk(): number {
  return ++walks;
}

/**
 * The nodes that `outputs` are computed from, inputs before what uses them. `stop` names nodes whose inputs are not
 * followed; it must not walk over the graph itself. Iterative, since an uncompiled history may be thousands of nodes deep.
 */
export function topologicalOrder(
  outputs: readonly AnyTensor[],
  stop: (node: AnyTensor) => boolean = () => false,
): AnyTensor[] {
  const walk = startWalk();
  const order: AnyTensor[] = [];
  const path: AnyTensor[] = [];
  const followed: (readonly AnyTensor[])[] = [];
  const next: number[] = [];
  const enter = (node: AnyTensor): void => {
    node.memo.walk = walk;
    path.push(node);
    followed.push(stop(node) ? none : node.inputs);
    next.push(0);
  };
  for (const output of outputs) {
    if (output.memo.walk === walk) continue;
    enter(output);
    while (path.length > 0) {
      const top = path.length - 1;
      const inputs = followed[top];
      let i = next[top];
      while (i < inputs.length && inputs[i].memo.walk === walk) i++;
      if (i < inputs.length) {
        next[top] = i + 1;
        enter(inputs[i]);
      } else {
        order.push(path[top]);
        path.pop();
        followed.pop();
        next.pop();
      }
    }
  }
  return order;
}
