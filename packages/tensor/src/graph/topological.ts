import type { AnyTensor } from "./tensor.ts";

/**
 * The nodes that `outputs` are computed from, inputs before what uses them. `stop` names nodes whose inputs are not
 * followed. Iterative, since an uncompiled history may be thousands of nodes deep.
 */
export function topologicalOrder(
  outputs: readonly AnyTensor[],
  stop: (node: AnyTensor) => boolean = () => false,
): AnyTensor[] {
  const order: AnyTensor[] = [];
  const seen = new Set<AnyTensor>();
  const stack: { node: AnyTensor; next: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push({ node: output, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const inputs = stop(top.node) ? [] : top.node.inputs;
      if (top.next < inputs.length) {
        const input = inputs[top.next++];
        if (!seen.has(input)) {
          seen.add(input);
          stack.push({ node: input, next: 0 });
        }
      } else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
