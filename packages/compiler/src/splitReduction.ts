import { type DType, primitives } from "@adjoint/tensor";
import { type Access, countOf, type LoopKernel, type LoopNode } from "./program.ts";

/** From how many elements on a sum is worth dividing. */
const smallest = 32768;
/** Into how many parts at most. */
const mostParts = 128;

/** The most parts of equal size, a multiple of 16. */
function partsOf(count: number): number {
  for (let parts = mostParts; parts > 1; parts--) if (count % (parts * 16) === 0) return parts;
  return 1;
}

/** What a part's result is kept as: sums of float32 are float64 until all are added up, so that they are rounded once, and cannot overflow. */
function partDType({ op, dtype }: LoopNode & { kind: "reduce" }): DType {
  return op === primitives.sum && dtype === "float32" ? "float64" : dtype;
}

/** Has the row to be summed as a whole? Parts of float64 may be beyond the largest number where their sum is not. */
function isWhole(node: LoopNode): boolean {
  return node.kind === "reduce" && node.op === primitives.sum && node.dtype === "float64";
}

/** Is it one element of the row? */
function isPicked(node: LoopNode): boolean {
  return node.kind === "load" && node.at !== undefined;
}

/**
 * A loop that reduces a long row to one value, as two: parts of the row, which threads share, and then the parts' results. The parts
 * depend on the row's length alone, so that every number of threads gives the same bits. Undefined when the loop is none of the kind.
 */
export function splitReduction(
  loop: LoopKernel,
  newBuffer: (dtype: DType, size: number) => number,
): readonly [LoopKernel, LoopKernel] | undefined {
  const count = countOf(loop.inner);
  const isSplit =
    countOf(loop.outer) === 1 && loop.inner.length === 1 && count >= smallest && loop.phases === 2;
  if (!isSplit || loop.nodes.some(isWhole) || loop.nodes.some(isPicked)) return undefined;
  if (loop.nodes.some(({ extent, phase }) => extent === "full" && phase > 0)) return undefined;
  const parts = partsOf(count);
  if (parts === 1) return undefined;
  const length = count / parts;
  const divided = ({ inner: [stride], ...rest }: Access): Access => ({
    ...rest,
    outer: [stride * length],
    inner: [stride],
  });
  const first: LoopNode[] = [];
  const second: LoopNode[] = [];
  const placeInFirst = new Map<number, number>();
  const placeInSecond = new Map<number, number>();
  const stores: LoopKernel["stores"][number][] = [];
  loop.nodes.forEach((node, i) => {
    if (node.kind === "reduce") {
      const dtype = partDType(node);
      const buffer = newBuffer(dtype, parts);
      const arg = placeInFirst.get(node.arg) as number;
      stores.push({
        node: first.push({ ...node, dtype, arg }) - 1,
        access: { buffer, offset: 0, outer: [1], inner: [0] },
      });
      const access = { buffer, offset: 0, outer: [], inner: [1] };
      const load = second.push({ kind: "load", dtype, extent: "full", phase: 0, access }) - 1;
      let result = second.push({ ...node, dtype, arg: load }) - 1;
      if (dtype !== node.dtype) {
        const { extent, phase } = node;
        const cast = { kind: "apply", op: primitives.cast, attributes: { dtype: node.dtype } } as const;
        result = second.push({ ...cast, dtype: node.dtype, extent, phase, args: [result] }) - 1;
      }
      placeInSecond.set(i, result);
      return;
    }
    const moved = (places: ReadonlyMap<number, number>): LoopNode =>
      node.kind === "apply" ? { ...node, args: node.args.map((arg) => places.get(arg) as number) } : node;
    const inFirst = node.phase === 0;
    if (inFirst) {
      const one = moved(placeInFirst);
      const spread =
        one.kind === "load"
          ? { ...one, access: divided(one.access) }
          : one.kind === "index"
            ? { ...one, ...divided({ buffer: -1, ...one }) }
            : one;
      placeInFirst.set(i, first.push(spread) - 1);
    }
    // What is the same for every element may be needed in both.
    if (node.extent !== "full") placeInSecond.set(i, second.push(moved(placeInSecond)) - 1);
  });
  const late: LoopKernel["stores"][number][] = [];
  for (const { node, access } of loop.stores) {
    const { extent } = loop.nodes[node];
    const isRow = access.inner[0] !== 0;
    if (isRow) stores.push({ node: placeInFirst.get(node) as number, access: divided(access) });
    else late.push({ node: placeInSecond.get(node) as number, access: { ...access, outer: [], inner: [0] } });
    if (isRow && extent !== "full" && loop.nodes[node].phase > 0) return undefined;
  }
  return [
    { ...loop, outer: [parts], inner: [length], nodes: first, stores },
    { ...loop, outer: [], inner: [parts], nodes: second, stores: late },
  ];
}
