import { type AnyTensor, type DType, primitives } from "@adjoint/tensor";
import { leaves } from "@adjoint/tensor/engine";
import type { Draft, DraftNode, Walk } from "./draft.ts";
import { accessIn, type Group, ownStrides, reductions } from "./groups.ts";
import { pickedSum } from "./pick.ts";
import { type Access, countOf, type Extent, type LoopKernel, type LoopNode } from "./program.ts";
import type { Views } from "./views.ts";

/** Where the loop finds and leaves what it does not compute itself. */
export interface LoopContext {
  readonly views: Views;
  /** The buffer of a value that another kernel computes, or that is given. */
  readonly bufferOf: (base: AnyTensor) => number;
  /** Is the value needed outside of the group that computes it? */
  readonly isKept: (node: AnyTensor) => boolean;
}

/** The kernel that computes a group. */
export function loopOf(group: Group, context: LoopContext): LoopKernel {
  const { views, bufferOf, isKept } = context;
  const draft: Draft = {
    dimensions: group.dimensions as readonly number[],
    reduced: group.reduced,
    nodes: [],
    stores: [],
  };
  const known = new Map<string, number>();
  const places = new Map<AnyTensor, number>();
  const share = (key: string, make: () => DraftNode): number => {
    let place = known.get(key);
    if (place === undefined) {
      place = draft.nodes.push(make()) - 1;
      known.set(key, place);
    }
    return place;
  };
  const operandOf = (node: AnyTensor, operand: AnyTensor): number => {
    const { base, offset, strides } = accessIn(group, node, operand, views);
    const own = places.get(base);
    if (own !== undefined) return own;
    return leafOf(base, { offset, strides }, share, bufferOf);
  };
  for (const node of group.nodes) {
    const args = node.inputs.map((operand) => operandOf(node, operand));
    const { op, attributes, dtype } = node;
    if (op.elementwise)
      places.set(node, draft.nodes.push({ kind: "apply", op, attributes, args, dtype }) - 1);
    else if (reductions.has(op)) {
      const picked = op === primitives.sum ? pickedSum(draft, args[0], dtype) : undefined;
      places.set(node, picked ?? draft.nodes.push({ kind: "reduce", op, arg: args[0], dtype }) - 1);
    } else places.set(node, args[0]);
  }
  for (const node of group.nodes) {
    if (!isKept(node)) continue;
    const walk = { offset: 0, strides: ownStrides(group, node) };
    draft.stores.push({ node: places.get(node) as number, buffer: bufferOf(node), walk });
  }
  return finish(needed(draft));
}

/** The draft without what none of its stores needs. */
function needed({ nodes, stores, ...draft }: Draft): Draft {
  const isNeeded = nodes.map(() => false);
  for (const { node } of stores) isNeeded[node] = true;
  for (let i = nodes.length - 1; i >= 0; i--)
    if (isNeeded[i]) for (const j of sourcesOf(nodes[i])) isNeeded[j] = true;
  let kept = 0;
  const places = isNeeded.map((one) => (one ? kept++ : -1));
  const moved = (node: DraftNode): DraftNode => {
    if (node.kind === "apply") return { ...node, args: node.args.map((arg) => places[arg]) };
    if (node.kind === "reduce") return { ...node, arg: places[node.arg] };
    return node.kind === "load" && node.at !== undefined ? { ...node, at: places[node.at] } : node;
  };
  return {
    ...draft,
    nodes: nodes.filter((_, i) => isNeeded[i]).map(moved),
    stores: stores.map(({ node, ...store }) => ({ ...store, node: places[node] })),
  };
}

/** The nodes that a node takes its value from. */
function sourcesOf(node: DraftNode): readonly number[] {
  if (node.kind === "apply") return node.args;
  if (node.kind === "reduce") return [node.arg];
  return node.kind === "load" && node.at !== undefined ? [node.at] : [];
}

function leafOf(
  base: AnyTensor,
  walk: Walk,
  share: (key: string, make: () => DraftNode) => number,
  bufferOf: (base: AnyTensor) => number,
): number {
  const { dtype } = base;
  if (base.op === leaves.literal) {
    const value = base.attributes.value as number;
    return share(`${dtype} ${Object.is(value, -0) ? "-0" : value}`, () => ({ kind: "number", value, dtype }));
  }
  if (base.op === primitives.iota)
    return share(`index ${walk.offset} ${walk.strides}`, () => ({ kind: "index", walk, dtype }));
  const buffer = bufferOf(base);
  return share(`load ${buffer} ${walk.offset} ${walk.strides}`, () => ({
    kind: "load",
    buffer,
    walk,
    dtype,
  }));
}

/** A loop that copies a walk over one buffer to a walk over another; both along the same dimensions. */
export function copyLoop(
  dimensions: readonly number[],
  source: { readonly base: AnyTensor; readonly walk: Walk; readonly bufferOf: (base: AnyTensor) => number },
  target: { readonly buffer: number; readonly walk: Walk },
): LoopKernel {
  const nodes: DraftNode[] = [];
  leafOf(source.base, source.walk, (_, make) => nodes.push(make()) - 1, source.bufferOf);
  return finish({ dimensions, reduced: undefined, nodes, stores: [{ node: 0, ...target }] });
}

/** A loop that sets every element of a buffer. */
export function fillLoop(size: number, value: number, dtype: DType, buffer: number): LoopKernel {
  return finish({
    dimensions: [size],
    reduced: undefined,
    nodes: [{ kind: "number", value, dtype }],
    stores: [{ node: 0, buffer, walk: { offset: 0, strides: [1] } }],
  });
}

/** Divides the dimensions into outer and inner ones, joins neighbours that every walk goes through as one, and says when what is computed. */
function finish({ dimensions, reduced, nodes, stores }: Draft): LoopKernel {
  const walks = [
    ...nodes.flatMap((node) => ("walk" in node ? [node.walk] : [])),
    ...stores.map(({ walk }) => walk),
  ];
  const axes = dimensions.map((_, axis) => axis);
  const joined = (list: readonly number[]): number[][] => joinAxes(list, dimensions, walks);
  let outer: number[][];
  let inner: number[][];
  if (reduced === undefined) {
    const all = joined(axes);
    const rows = rowAxes(
      all.map((together) => countOf(together.map((axis) => dimensions[axis]))),
      walks.map(({ strides }) => strides.at(-1) ?? 0),
    );
    outer = all.slice(0, all.length - rows);
    inner = all.slice(all.length - rows);
  } else {
    outer = joined(axes.filter((axis) => !reduced[axis]));
    inner = joined(axes.filter((axis) => reduced[axis]));
  }
  const extents = (list: readonly number[][]): number[] =>
    list.map((together) => countOf(together.map((axis) => dimensions[axis])));
  const steps = ({ strides }: Walk, list: readonly number[][]): number[] =>
    list.map((together) => strides[together[together.length - 1]]);
  const accessOf = (buffer: number, walk: Walk): Access => ({
    buffer,
    offset: walk.offset,
    outer: steps(walk, outer),
    inner: steps(walk, inner),
  });
  const last = dimensions.length - 1;
  const finished: LoopNode[] = [];
  for (const node of nodes) {
    const { dtype } = node;
    switch (node.kind) {
      case "load": {
        const access = accessOf(node.buffer, node.walk);
        const { at } = node;
        if (at === undefined)
          finished.push({ kind: "load", dtype, access, extent: extentOf(access), phase: 0 });
        else finished.push({ kind: "load", dtype, access, at, extent: "outer", phase: finished[at].phase });
        break;
      }
      case "index": {
        const access = accessOf(-1, node.walk);
        finished.push({ kind: "index", dtype, ...access, extent: extentOf(access), phase: 0 });
        break;
      }
      case "number":
        finished.push({ kind: "number", dtype, value: node.value, extent: "uniform", phase: 0 });
        break;
      case "apply": {
        const args = node.args.map((arg) => finished[arg]);
        finished.push({
          kind: "apply",
          dtype,
          op: node.op,
          attributes: node.attributes,
          args: node.args,
          extent: widest(args.map(({ extent }) => extent)),
          phase: Math.max(0, ...args.map(({ phase }) => phase)),
        });
        break;
      }
      case "reduce":
        finished.push({
          kind: "reduce",
          dtype,
          op: node.op,
          arg: node.arg,
          extent: "outer",
          phase: finished[node.arg].phase + 1,
        });
    }
  }
  return {
    kind: "loop",
    outer: extents(outer),
    inner: extents(inner),
    phases: 1 + Math.max(0, ...finished.map(({ phase }) => phase)),
    isVectorOuter: reduced !== undefined && last >= 0 && !reduced[last],
    nodes: finished,
    stores: stores.map(({ node, buffer, walk }) => ({ node, access: accessOf(buffer, walk) })),
  };
}

/** Elements of a row that are worth what it costs to begin one, and rows that are enough for threads to share. */
const longRow = 256;
const manyRows = 64;

/**
 * How many of the last axes a row takes in: the last one, and others while rows are short. Where something is the same along the last
 * axis it is had once for a row, which then has no other.
 */
function rowAxes(extents: readonly number[], lastStrides: readonly number[]): number {
  if (lastStrides.includes(0)) return Math.min(1, extents.length);
  let rows = Math.min(1, extents.length);
  let length = extents.at(-1) ?? 1;
  for (let axis = extents.length - 2; axis >= 0; axis--) {
    length *= extents[axis];
    if (length > longRow || countOf(extents.slice(0, axis)) < manyRows) break;
    rows++;
  }
  return rows;
}

function extentOf({ outer, inner }: Pick<Access, "outer" | "inner">): Extent {
  if (inner.some((stride) => stride !== 0)) return "full";
  return outer.some((stride) => stride !== 0) ? "outer" : "uniform";
}

function widest(extents: readonly Extent[]): Extent {
  return extents.includes("full") ? "full" : extents.includes("outer") ? "outer" : "uniform";
}

/** Neighbouring axes that every walk goes through as through one. */
function joinAxes(
  axes: readonly number[],
  dimensions: readonly number[],
  walks: readonly Walk[],
): number[][] {
  const groups: number[][] = [];
  for (const axis of axes) {
    const before = groups.at(-1);
    const previous = before?.at(-1);
    const isOne =
      previous !== undefined &&
      walks.every(({ strides }) => strides[previous] === strides[axis] * dimensions[axis]);
    if (isOne) before?.push(axis);
    else groups.push([axis]);
  }
  return groups;
}
