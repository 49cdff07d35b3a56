import { type AnyTensor, primitives, Tensor } from "@adjoint/tensor";
import { topologicalOrder } from "@adjoint/tensor/engine";

/** The attributes of `patches`. */
export interface PatchesAttributes {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly (readonly [before: number, after: number])[];
  readonly value: number;
}

/** The windows of an array with padding as those of a larger array without; the node itself where there is none. */
function paddedFirst(node: AnyTensor): AnyTensor {
  if (node.op !== primitives.patches) return node;
  const { padding, value, ...windows } = node.attributes as unknown as PatchesAttributes;
  if (padding.every(([before, after]) => before === 0 && after === 0)) return node;
  const [x] = node.inputs;
  const front = new Array<number>(x.rank - padding.length).fill(0);
  const before = [...front, ...padding.map(([count]) => count)];
  const after = [...front, ...padding.map(([, count]) => count)];
  const larger = new Tensor(
    primitives.pad,
    [x],
    { before, after, interior: before.map(() => 0), value },
    x.shape.map((dimension, axis) => before[axis] + dimension + after[axis]),
    x.dtype,
  );
  const attributes = { ...windows, value, padding: padding.map(() => [0, 0]) };
  return new Tensor(node.op, [larger], attributes, node.shape, node.dtype, node.weak);
}

/**
 * The graph with no `patches` that reach over the edges: the array is padded first, so that its windows are a view, which costs
 * nothing and can be read by whatever needs them. Nodes in `given` are not looked into.
 */
export function padWindows(outputs: readonly AnyTensor[], given: ReadonlySet<AnyTensor>): AnyTensor[] {
  const done = new Map<AnyTensor, AnyTensor>();
  for (const node of topologicalOrder(outputs, (one) => given.has(one))) {
    if (given.has(node)) {
      done.set(node, node);
      continue;
    }
    const inputs = node.inputs.map((input) => done.get(input) as AnyTensor);
    const rebuilt = inputs.every((input, i) => input === node.inputs[i])
      ? node
      : new Tensor(node.op, inputs, node.attributes, node.shape, node.dtype, node.weak);
    done.set(node, paddedFirst(rebuilt));
  }
  return outputs.map((output) => done.get(output) as AnyTensor);
}
