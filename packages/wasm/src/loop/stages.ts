import { costOfOp } from "./elementwise.ts";
import type { LoopKernel } from "./parts.ts";

/** Part of what a pass computes for each element, in a loop of its own over a block of elements. */
export interface Stage {
  /** Values that it computes, in order. */
  readonly nodes: readonly number[];
  /** Of these, the ones that are its own business: what is stored and added up is so once. */
  readonly own: ReadonlySet<number>;
  /** Values of earlier stages that it reads, from which slot of the block. */
  readonly given: ReadonlyMap<number, number>;
  /** Values that later stages read, to which slot. */
  readonly kept: ReadonlyMap<number, number>;
}

/** The elements of a block: its slots stay in the first cache. */
export const blockLength = 512;

/** Instructions from which on a pass is divided, and that a stage has about. */
const longPass = 48;
const stageCost = 30;
/** What is computed again rather than kept. */
const cheap = 2;

/**
 * Divides the values of a pass into stages. A processor overlaps as many turns of a loop as its window of some hundred instructions
 * holds, and each turn is a chain of dependent operations: of `sigmoid(tanh(x))` in one body it overlaps two or three, and waits. Two
 * short loops, with a block of results between, take two thirds of the time.
 */
export function stagesOf(
  loop: LoopKernel,
  needed: ReadonlySet<number>,
  isGivenAnew: (node: number) => boolean,
): Stage[] {
  const order = [...needed].sort((a, b) => a - b);
  const costOf = (i: number): number => {
    const node = loop.nodes[i];
    return node.kind === "apply" ? costOfOp(node.op, node.dtype) : 1;
  };
  const total = order.reduce((sum, i) => sum + costOf(i), 0);
  if (total <= longPass) return [whole(order)];
  const stageAt = new Map<number, number>();
  let stage = 0;
  let cost = 0;
  for (const i of order) {
    if (cost > 0 && cost + costOf(i) > stageCost) {
      stage++;
      cost = 0;
    }
    stageAt.set(i, stage);
    cost += costOf(i);
  }
  if (stage === 0) return [whole(order)];
  const argsOf = (i: number): readonly number[] => {
    const node = loop.nodes[i];
    return node.kind === "apply" && !isGivenAnew(i) ? node.args.filter((arg) => needed.has(arg)) : [];
  };
  // What is stored may lie over what is loaded, so that no stage loads after one that stores, also not again.
  const written = loop.stores.filter(({ access }) => access.inner.some((step) => step !== 0));
  const isWriting = written.length > 0;
  const firstWrite = Math.min(
    ...written.map(({ node }) =>
      loop.nodes[node].extent === "full" ? (stageAt.get(node) ?? Number.POSITIVE_INFINITY) : 0,
    ),
  );
  for (const i of order)
    if (loop.nodes[i].kind === "load") stageAt.set(i, Math.min(stageAt.get(i) as number, firstWrite));
  const againCost = (i: number): number => {
    const { kind } = loop.nodes[i];
    if (isGivenAnew(i)) return 1;
    if (kind === "load") return isWriting ? Number.POSITIVE_INFINITY : 1;
    return costOf(i) + argsOf(i).reduce((sum, arg) => sum + againCost(arg), 0);
  };
  const slots = new Map<number, number>();
  const drafts = Array.from({ length: stage + 1 }, (_, number) => {
    const own = new Set(order.filter((i) => stageAt.get(i) === number));
    const nodes = new Set<number>();
    const given = new Map<number, number>();
    const visit = (i: number): void => {
      if (nodes.has(i) || given.has(i)) return;
      if (!own.has(i) && againCost(i) > cheap) {
        let slot = slots.get(i);
        if (slot === undefined) {
          slot = slots.size;
          slots.set(i, slot);
        }
        given.set(i, slot);
        return;
      }
      for (const arg of argsOf(i)) visit(arg);
      nodes.add(i);
    };
    for (const i of own) visit(i);
    return { own, nodes, given };
  });
  return drafts.map(({ own, nodes, given }) => ({
    own,
    given,
    nodes: [...nodes].sort((a, b) => a - b),
    kept: new Map([...slots].filter(([i]) => own.has(i))),
  }));
}

function whole(nodes: readonly number[]): Stage {
  return { nodes, own: new Set(nodes), given: new Map(), kept: new Map() };
}

/** How many slots the stages have between them. */
export function slotCount(stages: readonly Stage[]): number {
  return stages.reduce((sum, { kept }) => sum + kept.size, 0);
}
