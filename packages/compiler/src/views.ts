import { type AnyTensor, type Op, primitives, type Shape } from "@adjoint/tensor";
import { stridesOf } from "@adjoint/tensor/engine";
import type { PatchesAttributes } from "./windows.ts";

/** A node's elements as those of another, its base: where it starts there, and how far one step along each of its axes is. */
export interface View {
  readonly base: AnyTensor;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** What a node looks like on the view of its input; undefined where only a copy will do. */
type ViewRule = (node: AnyTensor, of: View) => View | undefined;

function same(_: AnyTensor, of: View): View {
  return of;
}

/** Strides for another shape of the same elements in the same order, axis by axis; undefined where the walk is no such thing. */
export function reshapedStrides(from: Shape, strides: readonly number[], to: Shape): number[] | undefined {
  const result = new Array<number>(to.length).fill(0);
  let i = from.length - 1;
  let j = to.length - 1;
  while (i >= 0 && j >= 0) {
    let [m, n] = [from[i], to[j]];
    let [first, last] = [i, j];
    while (m !== n) {
      if (m < n) m *= from[--first];
      else n *= to[--last];
    }
    // Axes first…i become last…j. They must be one walk: each stride is the next one's times its dimension.
    let step = strides[i];
    let extent = from[i];
    for (let axis = i - 1; axis >= first; axis--) {
      if (from[axis] === 1) continue;
      if (extent === 1) step = strides[axis];
      else if (strides[axis] !== step * extent) return undefined;
      extent *= from[axis];
    }
    let stride = step;
    for (let axis = j; axis >= last; axis--) {
      result[axis] = stride;
      stride *= to[axis];
    }
    i = first - 1;
    j = last - 1;
  }
  return result;
}

const reshape: ViewRule = (node, of) => {
  const [input] = node.inputs;
  if (node.size === 0) return undefined;
  const strides = reshapedStrides(input.shape, of.strides, node.shape);
  return strides && { ...of, strides };
};

/** The largest over axes of one element each. A sum is none: of −0 it is 0. */
const largest: ViewRule = (node, of) =>
  node.size === node.inputs[0].size && node.size > 0 ? reshape(node, of) : undefined;

/** Windows overlap: a step along the window's axes and one along those of its positions walk over the same axis. */
const patches: ViewRule = ({ attributes }, { base, offset, strides }) => {
  const { window, stride, dilation, padding } = attributes as unknown as PatchesAttributes;
  if (padding.some(([before, after]) => before > 0 || after > 0)) return undefined;
  const front = strides.length - window.length;
  const walked = strides.slice(front);
  const [elements, positions] = [dilation, stride].map((steps) => steps.map((step, i) => step * walked[i]));
  return { base, offset, strides: [...strides.slice(0, front), ...elements, ...positions] };
};

/** The primitives whose result is another way to look at their first input. */
const rules: ReadonlyMap<Op, ViewRule> = new Map<Op, ViewRule>([
  [primitives.barrier, same],
  [primitives.checkFinite, same],
  [primitives.checkIndex, same],
  [primitives.reshape, reshape],
  [primitives.patches, patches],
  [primitives.max, largest],
  [
    primitives.transpose,
    ({ attributes }, { base, offset, strides }) => ({
      base,
      offset,
      strides: (attributes.axes as number[]).map((axis) => strides[axis]),
    }),
  ],
  [
    primitives.broadcastTo,
    ({ shape, inputs: [input] }, { base, offset, strides }) => {
      const missing = shape.length - input.rank;
      const stretched = shape.map((_, axis) =>
        axis < missing || input.shape[axis - missing] === 1 ? 0 : strides[axis - missing],
      );
      return { base, offset, strides: stretched };
    },
  ],
  [
    primitives.slice,
    ({ attributes }, { base, offset, strides }) => {
      const [begin, step] = [attributes.begin as number[], attributes.step as number[]];
      return {
        base,
        offset: begin.reduce((sum, from, axis) => sum + from * strides[axis], offset),
        strides: strides.map((stride, axis) => stride * step[axis]),
      };
    },
  ],
]);

/** Looks through views, and remembers. Nodes for which `isBase` holds are looked at as they are. */
export class Views {
  readonly #known = new Map<AnyTensor, View>();
  readonly #isBase: (node: AnyTensor) => boolean;

  constructor(isBase: (node: AnyTensor) => boolean) {
    this.#isBase = isBase;
  }

  of(node: AnyTensor): View {
    let view = this.#known.get(node);
    if (view === undefined) {
      const rule = this.#isBase(node) ? undefined : rules.get(node.op);
      view = rule?.(node, this.of(node.inputs[0])) ?? {
        base: node,
        offset: 0,
        strides: stridesOf(node.shape),
      };
      this.#known.set(node, view);
    }
    return view;
  }

  /** Is the node another's elements, so that it needs no memory of its own? */
  isView(node: AnyTensor): boolean {
    return this.of(node).base !== node;
  }

  /** Is the op one that gives views, where it can? Where it cannot, the node is a copy. */
  static canView(op: Op): boolean {
    return rules.has(op);
  }
}

/** Does the view walk over the whole of a row-major array, from `offset` on? */
export function isContiguous({ strides }: View, shape: Shape): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    if (strides[axis] !== stride) return false;
    stride *= shape[axis];
  }
  return true;
}
