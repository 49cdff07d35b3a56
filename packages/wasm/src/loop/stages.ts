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

/** Instructions from which on a pass may be divided. */
const longPass = 48;
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
 * waits. Short loops, with a block of results between, take half of the time.
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
  const total = [...needed].reduce((sum, i) => sum + costOf(i), 0);
  const inOrder = [...needed].sort((a, b) => a - b);
  if (total <= longPass) return [whole(inOrder)];
  const argsOf = (i: number): readonly number[] => {
    const node = loop.nodes[i];
    return node.kind === "apply" && !isGivenAnew(i) ? node.args.filter((arg) => needed.has(arg)) : [];
  };
  const written = loop.stores.filter(({ access }) => access.inner.some((step) => step !== 0));
  const isWriting = written.length > 0;
  const isDear = dearNodes(inOrder, (i) => {
    if (isGivenAnew(i)) return [1, []];
    if (loop.nodes[i].kind === "load") return [isWriting ? Number.POSITIVE_INFINITY : 1, []];
    return [costOf(i), argsOf(i)];
  });
  const order = shortLived(inOrder, argsOf);
  const stageAt = divided(order, Math.min(loop.inner[0], blockLength) / 4, { costOf, argsOf, isDear });
  const stage = stageAt.get(order[order.length - 1]) as number;
  if (stage === 0) return [whole(inOrder)];
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

/** Which values are rather kept than computed again, from what each costs by itself and what it is computed from. */
function dearNodes(
  inOrder: readonly number[],
  own: (i: number) => readonly [number, readonly number[]],
): (i: number) => boolean {
  const costs = new Map<number, number>();
  for (const i of inOrder) {
    const [cost, args] = own(i);
    costs.set(
      i,
      args.reduce((sum, arg) => sum + (costs.get(arg) as number), cost),
    );
  }
  return (i) => (costs.get(i) as number) > cheap;
}

/** The values in an order in which few are wanted later at any time: what uses others for the last time comes as soon as it can. */
function shortLived(inOrder: readonly number[], argsOf: (i: number) => readonly number[]): number[] {
  const argsAt = new Map(inOrder.map((i) => [i, [...new Set(argsOf(i))]]));
  const uses = new Map<number, number>();
  for (const args of argsAt.values()) for (const arg of args) uses.set(arg, (uses.get(arg) ?? 0) + 1);
  const order: number[] = [];
  const done = new Set<number>();
  const waiting = [...inOrder];
  while (waiting.length > 0) {
    let best = 0;
    let most = 0;
    for (let place = 0; place < waiting.length; place++) {
      const args = argsAt.get(waiting[place]) as readonly number[];
      if (args.length <= most || !args.every((arg) => done.has(arg))) continue;
      const freed = args.filter((arg) => uses.get(arg) === 1).length;
      if (freed > most) [best, most] = [place, freed];
    }
    const [next] = waiting.splice(best, 1);
    for (const arg of argsAt.get(next) as readonly number[]) uses.set(arg, (uses.get(arg) as number) - 1);
    done.add(next);
    order.push(next);
  }
  return order;
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
