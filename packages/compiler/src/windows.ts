import { type AnyTensor, primitives, type Shape, sameShape, Tensor } from "@adjoint/tensor";
import { topologicalOrder, withInputs } from "@adjoint/tensor/engine";
import { reductions } from "./groups.ts";

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
 * The axes of `from` whose elements lie along the axes `reduced` of `to`, another shape of the same elements; undefined where some
 * lie along others as well.
 */
function sameAxes(from: Shape, to: Shape, reduced: readonly number[]): number[] | undefined {
  const axes: number[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const [firstFrom, firstTo] = [i, j];
    let [m, n] = [from[i++] ?? 1, to[j++] ?? 1];
    while (m !== n) {
      if (m < n) m *= from[i++];
      else n *= to[j++];
    }
    const along = to.slice(firstTo, j).map((_, axis) => reduced.includes(firstTo + axis));
    if (along.includes(true) && along.includes(false)) return undefined;
    if (along[0]) for (let axis = firstFrom; axis < Math.min(i, from.length); axis++) axes.push(axis);
  }
  return axes;
}

/** A reduction over windows' elements that are put along one axis as one over the window's own axes; any other node itself. */
function overWindows(node: AnyTensor): AnyTensor {
  const [reshaped] = node.inputs;
  if (!reductions.has(node.op) || reshaped.op !== primitives.reshape || node.size === 0) return node;
  const [windows] = reshaped.inputs;
  if (windows.op !== primitives.patches || windows.size === 0) return node;
  const axes = sameAxes(windows.shape, reshaped.shape, node.attributes.axes as readonly number[]);
  if (axes === undefined) return node;
  const shape = windows.shape.filter((_, axis) => !axes.includes(axis));
  const reduced = new Tensor(node.op, [windows], { axes, keepDims: false }, shape, node.dtype);
  return sameShape(shape, node.shape)
    ? reduced
    : new Tensor(primitives.reshape, [reduced], {}, node.shape, node.dtype, node.weak);
}

/**
 * The graph in a form in which windows are read where they lie. No `patches` reaches over the edges: the array is padded first, so
 * that its windows are a view. And their elements are not put along one axis, which no view can do, to be reduced.
 * Nodes in `given` are not looked into.
 */
export function readWindows(
  outputs: readonly AnyTensor[],
  given: ReadonlySet<AnyTensor>,
): readonly AnyTensor[] {
  const order = topologicalOrder(outputs, (node) => given.has(node));
  if (!order.some((node) => node.op === primitives.patches)) return outputs;
  const done = new Map<AnyTensor, AnyTensor>();
  for (const node of order) {
    if (given.has(node)) {
      done.set(node, node);
      continue;
    }
    const inputs = node.inputs.map((input) => done.get(input) as AnyTensor);
    const rebuilt = withInputs(node, inputs);
    done.set(node, overWindows(paddedFirst(rebuilt)));
  }
  return outputs.map((output) => done.get(output) as AnyTensor);
}
