import { derivingFrom } from "../graph/callSite.ts";
import { GraphError } from "../graph/errors.ts";
import { keepingHistory } from "../graph/history.ts";
import type { Op } from "../graph/op.ts";
import { sameShape, shapeText } from "../graph/shape.ts";
import { type AnyTensor, withInputs } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topological.ts";

/**
 * The graph with its composites replaced by their lowerings, except those for which `hasKernel` holds. Nodes in `inputs`
 * stay as they are and are not looked into.
 */
export function lowerGraph(
  outputs: readonly AnyTensor[],
  inputs: ReadonlySet<AnyTensor>,
  hasKernel: (op: Op, node: AnyTensor) => boolean,
): AnyTensor[] {
  const done = new Map<AnyTensor, AnyTensor>();
  for (const input of inputs) done.set(input, input);

  function lowerAll(targets: readonly AnyTensor[]): AnyTensor[] {
    for (const node of topologicalOrder(targets, (one) => done.has(one))) {
      if (!done.has(node))
        done.set(
          node,
          derivingFrom(node, () => lowerNode(node)),
        );
    }
    return targets.map((target) => done.get(target) as AnyTensor);
  }

  function lowerNode(node: AnyTensor): AnyTensor {
    const { op, attributes } = node;
    const from = node.inputs.map((input) => done.get(input) as AnyTensor);
    if (op.lower === undefined || hasKernel(op, node)) return withInputs(node, from);
    for (const input of from) done.set(input, input);
    const [lowered] = lowerAll([op.lower(from, attributes)]);
    if (!sameShape(lowered.shape, node.shape) || lowered.dtype !== node.dtype) {
      throw new GraphError(
        op.name,
        `the lowering gives ${lowered.dtype} ${shapeText(lowered.shape)} where the op's rules say ${node.dtype} ${shapeText(node.shape)}`,
      );
    }
    return lowered;
  }

  return keepingHistory(() => lowerAll(outputs));
}
