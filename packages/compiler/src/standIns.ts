import { type AnyTensor, type Graph, type Shape, Tensor } from "@adjoint/tensor";
import { leaves, topologicalOrder } from "@adjoint/tensor/engine";

/** Does a node say no more than that a value is given? */
function isOpaque({ op }: AnyTensor): boolean {
  return op === leaves.input || op === leaves.parameter || op === leaves.data;
}

/**
 * The graph with leaves in the place of inputs that say how they came about, or what they hold: a number that is given is another one
 * in the next run, so that no pass may look at it, nor into a node that is given.
 */
export function withStandIns(graph: Graph): Graph {
  const { inputs, outputs } = graph;
  if (inputs.every(isOpaque)) return graph;
  const done = new Map<AnyTensor, AnyTensor>();
  const standIns = inputs.map((input): AnyTensor => {
    const { shape, dtype, weak } = input;
    const standIn = isOpaque(input)
      ? input
      : new Tensor<Shape>(leaves.input, [], {}, shape, dtype as "float32", weak);
    done.set(input, standIn);
    return standIn;
  });
  const given = new Set(inputs);
  for (const node of topologicalOrder(outputs, (one) => given.has(one))) {
    if (given.has(node)) continue;
    const from = node.inputs.map((input) => done.get(input) as AnyTensor);
    const isSame = from.every((input, i) => input === node.inputs[i]);
    done.set(
      node,
      isSame ? node : new Tensor(node.op, from, node.attributes, node.shape, node.dtype, node.weak),
    );
  }
  return { ...graph, inputs: standIns, outputs: outputs.map((output) => done.get(output) as AnyTensor) };
}
