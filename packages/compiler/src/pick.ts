import { type DType, type Op, primitives } from "@adjoint/tensor";
import type { Draft, DraftNode, Walk } from "./draft.ts";

type Apply = DraftNode & { readonly kind: "apply" };

/**
 * A sum along a row of `where(index = i, x, 0)`, with an index i for each row, is x at i: the loss at a label is one of the row's. It is
 * computed for that element alone, from loads at i, without a pass over the row. Adds the nodes to the draft, and gives the place of
 * the result; undefined when the sum of the node at `arg` is none of the kind.
 */
export function pickedSum(draft: Draft, arg: number, dtype: DType): number | undefined {
  const { nodes, dimensions, reduced = [] } = draft;
  const axis = reduced.indexOf(true);
  if (axis === -1 || reduced.lastIndexOf(true) !== axis || dimensions[axis] === 0) return undefined;
  const appliedAt = (place: number, op: Op): Apply | undefined => {
    const node = nodes[place];
    return node.kind === "apply" && node.op === op ? node : undefined;
  };
  const isZero = (place: number): boolean => {
    const node = nodes[place];
    return node.kind === "number" && node.value === 0;
  };
  const extents = new Map<number, boolean>();
  /** Is the value one for the whole row? */
  const isOuter = (place: number): boolean => {
    let known = extents.get(place);
    if (known === undefined) {
      const node = nodes[place];
      if (node.kind === "apply") known = node.args.every(isOuter);
      else if (node.kind === "reduce" || node.kind === "number") known = true;
      else known = isAt(node) || node.walk.strides[axis] === 0;
      extents.set(place, known);
    }
    return known;
  };
  /** Does the node count the elements of each row, up or down? */
  const isCount = (place: number): boolean => {
    const node = nodes[place];
    return node.kind === "index" && countsAlong(node.walk, axis);
  };

  const chosen = appliedAt(arg, primitives.where);
  if (chosen === undefined || nodes[arg].dtype !== dtype || dtype === "bool" || dtype === "uint8")
    return undefined;
  const [condition, value, otherwise] = chosen.args;
  const comparison = appliedAt(condition, primitives.equal);
  if (comparison === undefined || !isZero(otherwise) || isOuter(value)) return undefined;
  const [count, given] = isCount(comparison.args[0]) ? comparison.args : [...comparison.args].reverse();
  if (!isCount(count) || !isOuter(given) || nodes[given].dtype !== "int32") return undefined;

  const own = new Map<number, number>();
  const isPickable = (place: number): boolean => {
    const node = nodes[place];
    if (isOuter(place) || node.kind === "load") return true;
    return node.kind === "apply" ? node.args.every(isPickable) : place === count;
  };
  if (!isPickable(value)) return undefined;

  const push = (node: DraftNode): number => nodes.push(node) - 1;
  const number = (of: number, type: DType): number => push({ kind: "number", value: of, dtype: type });
  const apply = (op: Op, args: readonly number[], type: DType): number =>
    push({ kind: "apply", op, attributes: {}, args, dtype: type });
  const { offset, strides } = (nodes[count] as DraftNode & { kind: "index" }).walk;
  const from = number(offset, "int32");
  const at = apply(primitives.sub, strides[axis] === 1 ? [given, from] : [from, given], "int32");
  const atLeast = apply(primitives.maximum, [at, number(0, "int32")], "int32");
  const inside = apply(primitives.minimum, [atLeast, number(dimensions[axis] - 1, "int32")], "int32");
  const pick = (place: number): number => {
    if (isOuter(place)) return place;
    let copy = own.get(place);
    if (copy !== undefined) return copy;
    const node = nodes[place];
    if (node.kind === "load") copy = push({ ...node, at: inside });
    else if (node.kind === "apply") copy = push({ ...node, args: node.args.map(pick) });
    else copy = given;
    own.set(place, copy);
    return copy;
  };
  const picked = pick(value);
  const isInside = apply(primitives.equal, [at, inside], "bool");
  const zero = number(0, dtype);
  // A sum that begins with 0 is never −0.
  return apply(primitives.add, [apply(primitives.where, [isInside, picked, zero], dtype), zero], dtype);
}

function isAt(node: DraftNode): boolean {
  return node.kind === "load" && node.at !== undefined;
}

function countsAlong({ strides }: Walk, axis: number): boolean {
  return strides.every((stride, i) => (i === axis ? stride === 1 || stride === -1 : stride === 0));
}
