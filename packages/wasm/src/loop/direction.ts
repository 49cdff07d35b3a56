import type { Access } from "@adjoint/compiler";
import { primitives } from "@adjoint/tensor";
import { costOfOp } from "./elementwise.ts";
import type { LoopKernel } from "./parts.ts";

/** About how many instructions it takes: to gather or scatter a vector, to add to a sum or a largest, to make one number of a vector. */
const cost = { strided: 5, sum: 7, largest: 3, across: 12, turn: 2, row: 10 } as const;

/**
 * Is it better to compute four rows at once, one in each lane, than each row four elements at a time? A short row has few vectors, the
 * last of them perhaps with lanes that nobody needs, but what is made of the whole row, such as a logarithm, takes as long as for a
 * long one. Against it is that neighbours in memory are then no neighbours in a vector.
 *
 * `passes` are the values that each pass over a row computes or loads, `isLoaded` those that an earlier one has kept.
 */
export function isBetterAcross(
  loop: LoopKernel,
  passes: readonly ReadonlySet<number>[],
  isLoaded: (node: number, phase: number) => boolean,
): boolean {
  const [length] = loop.inner;
  const columns = loop.outer.at(-1);
  const reductions = loop.nodes.flatMap((node) => (node.kind === "reduce" ? [node.op] : []));
  if (columns === undefined || loop.inner.length !== 1 || reductions.length === 0) return false;
  let full = cost.turn;
  const accesses: Access[] = [];
  passes.forEach((nodes, phase) => {
    for (const i of nodes) {
      const node = loop.nodes[i];
      if (node.kind === "load") accesses.push(node.access);
      full += node.kind === "apply" && !isLoaded(i, phase) ? costOfOp(node.op, node.dtype) : 1;
    }
  });
  for (const op of reductions) full += op === primitives.max ? cost.largest : cost.sum;
  for (const { access } of loop.stores) if (access.inner[0] !== 0) accesses.push(access);
  let outer: number = cost.row;
  for (const node of loop.nodes) {
    if (node.extent === "outer") outer += node.kind === "apply" ? costOfOp(node.op, node.dtype) : 1;
  }
  const strided = (steps: readonly number[]): number =>
    cost.strided * steps.filter((step) => step !== 0 && step !== 1).length;
  const along = full + strided(accesses.map(({ inner }) => inner[0]));
  const across = full + strided(accesses.map(({ outer: steps }) => steps[steps.length - 1]));
  const rowAlong = along * Math.ceil(length / 4) + outer + cost.across * reductions.length;
  return (across * length + outer) * Math.ceil(columns / 4) < rowAlong * columns;
}
