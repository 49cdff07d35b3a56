import { type AnyTensor, type Op, primitives, type Shape } from "@adjoint/tensor";
import type { View, Views } from "./views.ts";

/** Ops that a loop can end in for each of its rows. */
export const reductions: ReadonlySet<Op> = new Set([primitives.sum, primitives.max]);

/**
 * How many arrays a loop reads, and how many nodes it computes, at most, each of which may be one that it writes. A thousand losses added up,
 * or a thousand steps of a chain, take several loops: an engine takes no more than 1,000 parameters of a function.
 */
const most = { reads: 256, nodes: 512 } as const;

/** Nodes that are computed by one kernel. */
export interface Group {
  readonly id: number;
  /** In order, inputs before their users. */
  readonly nodes: AnyTensor[];
  /** The dimensions of the loop, without those of extent 1; undefined for an op that is no loop. */
  readonly dimensions: readonly number[] | undefined;
  /** Axes of `dimensions` that are reduced; undefined while nothing is. */
  reduced: readonly boolean[] | undefined;
  /** Groups that this one reads from. */
  readonly needs: Set<Group>;
  /** What it reads that it does not compute. */
  readonly reads: Set<AnyTensor>;
}

/** Axes that are not of extent 1. */
export function longAxes(shape: Shape): number[] {
  const axes: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) if (shape[axis] !== 1) axes.push(axis);
  return axes;
}

/** The extents that are not 1. */
function longExtents(shape: Shape): number[] {
  return shape.filter((extent) => extent !== 1);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

/** Does a loop compute the node: an elementwise op, a reduction, or a copy? */
function isLoop(node: AnyTensor, views: Views): boolean {
  return node.op.elementwise || reductions.has(node.op) || (isCopyable(node) && !views.isView(node));
}

/** Reshapes of walks that are no row-major array need a copy. */
function isCopyable({ op }: AnyTensor): boolean {
  return op === primitives.reshape;
}

/** The shape that the node's loop runs over: for a reduction or a copy that of its input. */
function loopShape(node: AnyTensor): Shape {
  return node.op.elementwise ? node.shape : node.inputs[0].shape;
}

/** Which axes of the loop's dimensions a reduction takes together. */
function reducedAxes(node: AnyTensor): boolean[] {
  const axes = node.attributes.axes as readonly number[];
  return longAxes(node.inputs[0].shape).map((axis) => axes.includes(axis));
}

/** How the node is related to a loop over `dimensions`: every element, each row, or not at all. */
function extentIn(shape: Shape, { dimensions, reduced }: Group): "full" | "outer" | undefined {
  const long = longExtents(shape);
  if (sameNumbers(long, dimensions as readonly number[])) return "full";
  if (reduced === undefined) return undefined;
  const kept = (dimensions as readonly number[]).filter((_, axis) => !reduced[axis]);
  return sameNumbers(long, kept) ? "outer" : undefined;
}

/** The strides of a view of a tensor of `shape` along the loop's dimensions; 0 along those it does not have. */
function stridesIn(
  { strides }: Pick<View, "strides">,
  shape: Shape,
  extent: "full" | "outer",
  { dimensions, reduced }: Group,
): number[] {
  const along = longAxes(shape).map((axis) => strides[axis]);
  if (extent === "full") return along;
  let next = 0;
  return (dimensions as readonly number[]).map((_, axis) => (reduced?.[axis] ? 0 : along[next++]));
}

/** Strides of an operand of an elementwise node, as it is broadcast to the node's shape. */
function operandStrides({ strides }: View, operand: Shape, shape: Shape): number[] {
  const missing = shape.length - operand.length;
  return shape.map((_, axis) =>
    axis < missing || operand[axis - missing] === 1 ? 0 : strides[axis - missing],
  );
}

/** How `node`, of the group or about to join it, walks over its operand: along the loop's dimensions. */
export function accessIn(
  group: Group,
  node: AnyTensor,
  operand: AnyTensor,
  views: Views,
): { base: AnyTensor; offset: number; strides: number[] } {
  const view = views.of(operand);
  const shape = loopShape(node);
  const strides = node.op.elementwise ? operandStrides(view, operand.shape, shape) : view.strides;
  const extent = node.op.elementwise ? (extentIn(shape, group) as "full" | "outer") : "full";
  return { base: view.base, offset: view.offset, strides: stridesIn({ strides }, shape, extent, group) };
}

/** How a node's own row-major array is walked over in the group that computes it. */
export function ownStrides(group: Group, node: AnyTensor): number[] {
  const shape = isCopyable(node) ? loopShape(node) : node.shape;
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return stridesIn({ strides }, shape, extentIn(shape, group) as "full" | "outer", group);
}

/**
 * Divides a graph, whose nodes `sequence` has in topological order, into groups, each of which one kernel computes: an elementwise op
 * joins the groups of its operands when it walks over them as they are computed, and so does a reduction; what reads another place of
 * an operand, or has another shape, begins a group of its own. Ops that are no loops are alone.
 */
export function groupNodes(
  sequence: readonly AnyTensor[],
  given: ReadonlySet<AnyTensor>,
  views: Views,
): Group[] {
  const groups = new Set<Group>();
  const groupOf = new Map<AnyTensor, Group>();
  let created = 0;

  const begin = (node: AnyTensor, dimensions: readonly number[] | undefined): Group => {
    const group: Group = {
      id: created++,
      nodes: [],
      dimensions,
      reduced: undefined,
      needs: new Set(),
      reads: new Set(),
    };
    groups.add(group);
    add(group, node);
    return group;
  };

  function add(group: Group, node: AnyTensor): void {
    group.nodes.push(node);
    groupOf.set(node, group);
    if (reductions.has(node.op)) group.reduced = reducedAxes(node);
    for (const needed of neededBy(node)) if (needed !== group) group.needs.add(needed);
    for (const base of basesOf(node)) if (groupOf.get(base) !== group) group.reads.add(base);
  }

  function basesOf(node: AnyTensor): AnyTensor[] {
    return node.inputs.map((input) => views.of(input).base);
  }

  /** May a group take in so many more nodes, which read these? */
  function hasRoom(group: Group, nodes: number, reads: Iterable<AnyTensor>): boolean {
    if (group.nodes.length + nodes > most.nodes) return false;
    let count = group.reads.size;
    for (const base of reads) if (groupOf.get(base) !== group && !group.reads.has(base)) count++;
    return count <= most.reads;
  }

  /** The groups that a node reads from; checks on the way to its operands count. */
  function neededBy(node: AnyTensor): Set<Group> {
    const needed = new Set<Group>();
    for (const input of node.inputs) {
      for (let one = input; ; [one] = one.inputs) {
        const group = groupOf.get(one);
        if (group !== undefined) needed.add(group);
        if (given.has(one) || !views.isView(one)) break;
      }
    }
    return needed;
  }

  /** Does `from` depend on `to`, at any distance? */
  function reaches(from: Group, to: Group): boolean {
    const seen = new Set([from]);
    for (const group of seen) {
      if (group === to) return true;
      for (const needed of group.needs) seen.add(needed);
    }
    return false;
  }

  function merge(into: Group, from: Group): void {
    for (const node of from.nodes) groupOf.set(node, into);
    const nodes = [...into.nodes, ...from.nodes].sort(
      (a, b) => (order.get(a) as number) - (order.get(b) as number),
    );
    into.nodes.splice(0, into.nodes.length, ...nodes);
    into.reduced ??= from.reduced;
    for (const needed of from.needs) if (needed !== into) into.needs.add(needed);
    into.needs.delete(from);
    for (const base of from.reads) into.reads.add(base);
    for (const base of into.reads) if (groupOf.get(base) === into) into.reads.delete(base);
    groups.delete(from);
    for (const group of groups) if (group.needs.delete(from) && group !== into) group.needs.add(into);
  }

  /** Can a loop node be computed where its operand is: in the same walk, one that reduces the same axes? */
  function fits(group: Group, node: AnyTensor): boolean {
    const { dimensions } = group;
    if (dimensions === undefined) return false;
    const shape = loopShape(node);
    if (node.op.elementwise) {
      if (extentIn(shape, group) === undefined) return false;
    } else {
      const long = longExtents(shape);
      if (!sameNumbers(long, dimensions)) return false;
      const isSameReduction = (): boolean => {
        const axes = reducedAxes(node);
        return axes.every((isReduced, axis) => isReduced === group.reduced?.[axis]);
      };
      if (reductions.has(node.op) && group.reduced !== undefined && !isSameReduction()) return false;
    }
    let joins = false;
    for (const operand of node.inputs) {
      const { base, offset, strides } = accessIn(group, node, operand, views);
      if (groupOf.get(base) !== group) continue;
      if (offset !== 0 || !sameNumbers(strides, ownStrides(group, base))) return false;
      joins = true;
    }
    return joins && hasRoom(group, 1, basesOf(node));
  }

  const order = new Map(sequence.map((node, i) => [node, i]));
  for (const node of sequence) {
    if (given.has(node) || node.op.kind === "leaf" || node.op === primitives.iota) continue;
    const isCheck = node.op.checks;
    if (views.isView(node) && !isCheck) continue;
    if (!isLoop(node, views) || isCheck) {
      begin(node, undefined);
      continue;
    }
    const shape = loopShape(node);
    const needed = neededBy(node);
    // The latest first: what it depends on cannot take in the node, lest two kernels wait for each other.
    const candidates = [...needed].filter((group) => fits(group, node)).sort((a, b) => b.id - a.id);
    const home = candidates.find((group) =>
      [...needed].every((other) => other === group || !reaches(other, group)),
    );
    if (home === undefined) {
      begin(node, longExtents(shape));
      continue;
    }
    for (const other of candidates) {
      if (other === home || !isAlike(other, home) || reaches(home, other)) continue;
      if ([...needed].some((third) => third !== other && third !== home && reaches(third, other))) continue;
      // The node itself is added afterwards.
      if (!hasRoom(home, other.nodes.length + 1, [...other.reads, ...basesOf(node)])) continue;
      merge(home, other);
    }
    add(home, node);
  }
  return [...groups];
}

/** Do two loops have the same dimensions, and reduce the same of them if both do? */
function isAlike(a: Group, b: Group): boolean {
  const isSame =
    a.reduced === undefined ||
    b.reduced === undefined ||
    a.reduced.every((one, axis) => one === b.reduced?.[axis]);
  return isSame && sameNumbers(a.dimensions as readonly number[], b.dimensions as readonly number[]);
}
