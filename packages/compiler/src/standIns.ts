import { type AnyTensor, type Graph, type Shape, Tensor } from "@adjoint/tensor";
import { leaves, substitute } from "@adjoint/tensor/engine";

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
  const replacements = new Map<AnyTensor, AnyTensor>();
  const standIns = inputs.map((input): AnyTensor => {
    const { shape, dtype, weak } = input;
    const standIn = isOpaque(input)
      ? input
      : new Tensor<Shape>(leaves.input, [], {}, shape, dtype as "float32", weak);
    replacements.set(input, standIn);
    return standIn;
  });
  return { ...graph, inputs: standIns, outputs: substitute(outputs, replacements) };
}
