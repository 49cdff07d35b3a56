import { chainOfOp, costOfOp } from "./elementwise.ts";
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

/** Instructions, each waiting for the one before, from which on a pass is divided; and the fewest of a stage. */
const longChain = 24;
const shortStage = 8;
/**
 * What a turn of a stage takes beside its instructions: its loop, and a part of the beginning and end of that; each value that it reads
 * or keeps; and each pair of its instructions, of which the earlier ones keep the later waiting, and those the next turns.
 */
const time = { turn: 4, loop: 30, slot: 2, pair: 0.06 } as const;
/** What is computed again rather than kept. */
const cheap = 2;

/**
 * Divides the values of a pass into stages. A processor overlaps as many turns of a loop as its window of some dozens of waiting
 * instructions holds, and each turn is a chain of dependent operations: of `sigmoid(tanh(x))` in one body it overlaps two or three, and
 * waits. Short loops, with a block of results between, take two thirds of the time. Where the chain is short, as in the update of a parameter
 * by Adam, the turns overlap by themselves, and blocks only take time.
 */
export function stagesOf(
  loop: LoopKernel,
  needed: ReadonlySet<number>,
  isGivenAnew: (node: number) => boolean,
): Stage[] {
  const costOf = (i: number): number => {
    const node = loop.nodes[i];
    return node.kind === "apply" ? costOfOp(node.op, node.dtype) : 1;
  };
  const argsOf = (i: number): readonly number[] => {
    const node = loop.nodes[i];
    return node.kind === "apply" && !isGivenAnew(i) ? node.args.filter((arg) => needed.has(arg)) : [];
  };
  const order = [...needed].sort((a, b) => a - b);
  // Of each value: the cost of the dearest chain that leads to it, and of what it would take to compute it again.
  const chains = new Map<number, number>();
  const again = new Map<number, number>();
  const written = loop.stores.filter(({ access }) => access.inner.some((step) => step !== 0));
  for (const i of order) {
    const args = argsOf(i);
    const node = loop.nodes[i];
    const own = node.kind === "apply" ? chainOfOp(node.op, node.dtype) : 1;
    chains.set(i, Math.max(0, ...args.map((arg) => chains.get(arg) as number)) + own);
    const isLost = written.length > 0 && node.kind === "load" && !isGivenAnew(i);
    const once = isLost ? Number.POSITIVE_INFINITY : isGivenAnew(i) ? 1 : costOf(i);
    again.set(
      i,
      args.reduce((sum, arg) => sum + (again.get(arg) as number), once),
    );
  }
  if (Math.max(...chains.values()) <= longChain) return [whole(order)];
  const isDear = (i: number): boolean => (again.get(i) as number) > cheap;
  const stageAt = divided(order, Math.min(loop.inner[0], blockLength) / 4, { costOf, argsOf, isDear });
  const stage = stageAt.get(order[order.length - 1]) as number;
  if (stage === 0) return [whole(order)];
  // What is stored may lie over what is loaded, so that no stage loads after one that stores, also not again.
  const firstWrite = Math.min(
    ...written.map(({ node }) =>
      loop.nodes[node].extent === "full" ? (stageAt.get(node) ?? Number.POSITIVE_INFINITY) : 0,
    ),
  );
  for (const i of order)
    if (loop.nodes[i].kind === "load") stageAt.set(i, Math.min(stageAt.get(i) as number, firstWrite));
  const slots = new Map<number, number>();
  const drafts = Array.from({ length: stage + 1 }, (_, number) => {
    const own = new Set(order.filter((i) => stageAt.get(i) === number));
    const nodes = new Set<number>();
    const given = new Map<number, number>();
    const visit = (i: number): void => {
      if (nodes.has(i) || given.has(i)) return;
      if (!own.has(i) && isDear(i)) {
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

/** The stage of each value, so that the time that stages of so many turns take beside their instructions is least. */
function divided(
  order: readonly number[],
  turns: number,
  {
    costOf,
    argsOf,
    isDear,
  }: {
    costOf: (i: number) => number;
    argsOf: (i: number) => readonly number[];
    isDear: (i: number) => boolean;
  },
): Map<number, number> {
  const turn = time.turn + time.loop / turns;
  const place = new Map(order.map((i, at) => [i, at]));
  const given = order.map((i) =>
    argsOf(i)
      .filter(isDear)
      .map((arg) => place.get(arg) as number),
  );
  const lastUse = order.map(() => -1);
  given.forEach((args, at) => {
    for (const arg of args) lastUse[arg] = at;
  });
  // The least time of the values before each, and where the last stage of them begins.
  const least: { time: number; begin: number }[] = [{ time: 0, begin: 0 }];
  for (let end = 1; end <= order.length; end++) {
    let best = { time: Number.POSITIVE_INFINITY, begin: 0 };
    let cost = 0;
    let kept = 0;
    const read = new Set<number>();
    for (let begin = end - 1; begin >= 0; begin--) {
      cost += costOf(order[begin]);
      if (time.pair * cost ** 2 > best.time) break;
      if (lastUse[begin] >= end) kept++;
      read.delete(begin);
      for (const arg of given[begin]) read.add(arg);
      if (cost < shortStage && (begin > 0 || end < order.length)) continue;
      const own = turn + time.slot * (read.size + kept) + time.pair * cost ** 2;
      if (least[begin].time + own < best.time) best = { time: least[begin].time + own, begin };
    }
    least.push(best);
  }
  const begins: number[] = [];
  for (let end = order.length; end > 0; end = least[end].begin) begins.unshift(least[end].begin);
  return new Map(order.map((i, at) => [i, begins.filter((begin) => begin <= at).length - 1]));
}

function whole(nodes: readonly number[]): Stage {
  return { nodes, own: new Set(nodes), given: new Map(), kept: new Map() };
}

/** How many slots the stages have between them. */
export function slotCount(stages: readonly Stage[]): number {
  return stages.reduce((sum, { kept }) => sum + kept.size, 0);
}
