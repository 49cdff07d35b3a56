import type { Storage } from "./storage.ts";
import { type AnyTensor, type Memo, nextId } from "./tensor.ts";

/** How much history a node may hold before it is evaluated and its history dropped. */
export interface HistoryLimit {
  /** Nodes not yet dropped that the node is computed from. */
  nodes: number;
  /** Bytes of values that those nodes hold, without the largest single tensor and the present values of parameters. */
  bytes: number;
}

const limit: HistoryLimit = { nodes: 10_000, bytes: 64 * 2 ** 20 };

/**
 * Sets how long a history an evaluated or pending node may keep (default 10,000 nodes and 64 MiB). Beyond it the node
 * is evaluated and forgets what it was computed from, so that an endless `total = add(total, loss)` runs in constant
 * memory. Raise it to call `backward()` through longer uncompiled histories.
 */
export function setHistoryLimit({ nodes = limit.nodes, bytes = limit.bytes }: Partial<HistoryLimit>): void {
  limit.nodes = nodes;
  limit.bytes = bytes;
}

let evaluator: (...nodes: readonly AnyTensor[]) => void = () => {};
let keeping = 0;

/** The runtime says how nodes are evaluated. */
export function installEvaluator(evaluate: (...nodes: readonly AnyTensor[]) => void): void {
  evaluator = evaluate;
}

/** Runs `fn` without dropping history: a graph that is being traced or differentiated must stay whole. */
export function keepingHistory<R>(fn: () => R): R {
  keeping++;
  try {
    return fn();
  } finally {
    keeping--;
  }
}

/** Is a graph being traced or differentiated? */
export function isKeepingHistory(): boolean {
  return keeping > 0;
}

/** When the next count of a history is due: at this id, or once this many bytes were made. */
export interface Recount {
  readonly id: number;
  readonly bytes: number;
}

/** Bytes of values that nodes were ever given, and that parameters let go of. */
let bytesMade = 0;

/** Bytes of values that the node keeps alive, or may when its parameter is assigned. */
function ownBytes(node: AnyTensor): number {
  return node.memo.storage?.byteLength ?? 0;
}

/** Counts a new node's history and drops it when it is beyond the limit. */
export function recordHistory(node: AnyTensor): void {
  const { inputs, memo } = node;
  let nodes = 1;
  for (let i = 0; i < inputs.length; i++) nodes += inputs[i].memo.historyNodes;
  memo.historyNodes = nodes;
  boundBytes(node);
  dropWhenOver(node);
}

/** Counts the values that a program has given `computed`, of the pending nodes `order` with inputs before their users. */
export function recordValues(order: readonly AnyTensor[], computed: readonly AnyTensor[]): void {
  for (let i = 0; i < order.length; i++) boundBytes(order[i]);
  for (const node of computed) dropWhenOver(node);
}

/** Says that values which somebody else kept alive are from here on held by histories alone. */
export function releaseValues(node: AnyTensor): void {
  node.memo.held = false;
  bytesMade += ownBytes(node);
}

/** A data set beside batches: storages from this size on are told from others, since the largest one does not count. */
function isGiant(storage: Storage): boolean {
  return storage.byteLength > limit.bytes / 8;
}

function boundBytes(node: AnyTensor): void {
  const { inputs, memo } = node;
  const { storage } = memo;
  const own = ownBytes(node);
  bytesMade += own;
  let giant = storage !== undefined && isGiant(storage) ? storage : undefined;
  let bytes = giant === undefined ? own : 0;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i].memo;
    bytes += input.historyBytes;
    const other = input.giant;
    if (other !== undefined && other !== giant) {
      bytes += Math.min(other.byteLength, giant?.byteLength ?? 0);
      if (giant === undefined || other.byteLength > giant.byteLength) giant = other;
    }
  }
  memo.historyBytes = bytes;
  memo.giant = giant;
  memo.recount = earliestRecount(inputs);
}

/** Undefined, which is at once, where a long history has not been counted. */
function earliestRecount(inputs: readonly AnyTensor[]): Recount | undefined {
  let earliest: Recount | undefined;
  for (let i = 0; i < inputs.length; i++) {
    const { memo } = inputs[i];
    const { recount } = memo;
    if (recount === undefined) {
      if (mayBeOver(memo, 1 / 4)) return undefined;
    } else if (earliest === undefined || recount.id < earliest.id) earliest = recount;
  }
  return earliest;
}

/**
 * Drops history of a node that has too much: first what its derivatives do not reach, such as a running average of data beside a loss, which
 * nobody misses; all of it where that is not enough.
 */
function dropWhenOver(node: AnyTensor): void {
  const history = tooLong(node);
  if (history === undefined) return;
  const constants = node.memo.isConstant ? [] : constantsIn(history);
  if (constants.length > 0) {
    drop(constants);
    node.memo.recount = undefined;
    if (tooLong(node) === undefined) return;
  }
  drop([node]);
}

/**
 * The history of a node if it is beyond the limit. Bounds add up over the inputs, so that shared history counts twice and a true count must
 * settle the doubt. It is a walk, which is made when a share of what it walks over has been made since the last one: a chain of n nodes costs
 * O(n), not O(n²).
 */
function tooLong(node: AnyTensor): ReadonlySet<AnyTensor> | undefined {
  const { memo } = node;
  if (keeping > 0 || !mayBeOver(memo, 1)) return undefined;
  const { recount } = memo;
  if (recount !== undefined && nextId() < recount.id && bytesMade < recount.bytes) return undefined;
  const history = historyOf(node);
  let bytes = 0;
  let exempt = 0;
  let largest = 0;
  let giant: Storage | undefined;
  for (const one of history) {
    const own = ownBytes(one);
    bytes += own;
    if (one.memo.held) exempt += own;
    else if (own > largest) {
      largest = own;
      giant = one.memo.storage;
    }
  }
  memo.historyNodes = history.size;
  memo.giant = giant !== undefined && isGiant(giant) ? giant : undefined;
  memo.historyBytes = bytes - (memo.giant?.byteLength ?? 0);
  memo.recount = { id: nextId() + history.size / 4, bytes: bytesMade + limit.bytes / 4 };
  if (history.size > limit.nodes || bytes - exempt - largest > limit.bytes) return history;
  // What is made of any of them has no more to count for some time either.
  for (const one of history) one.memo.recount = memo.recount;
  return undefined;
}

/**
 * May a node keep values, beside so many bytes that others of its history may be about to keep, which somebody would only have computed again? Not
 * when so much history that derivatives need would come near the limit.
 */
export function mayKeepValues({ memo }: AnyTensor, bytes: number): boolean {
  return memo.isConstant || memo.historyBytes + bytes <= limit.bytes / 2;
}

/** May the history be longer than this share of the limit? */
function mayBeOver({ historyNodes, historyBytes }: Memo, share: number): boolean {
  return historyNodes > limit.nodes * share || historyBytes > limit.bytes * share;
}

function historyOf(node: AnyTensor): ReadonlySet<AnyTensor> {
  const history = new Set<AnyTensor>([node]);
  for (const one of history) for (const input of one.inputs) history.add(input);
  return history;
}

/** The history of a constant is not worth dropping if it is less than this share of the limit: many averages may be over it together. */
const smallPart = 1 / 400;

/** Constants that others of the history are made of, but for short ones. */
function constantsIn(history: ReadonlySet<AnyTensor>): AnyTensor[] {
  const found = new Set<AnyTensor>();
  for (const user of history) {
    if (user.memo.isConstant) continue;
    for (const one of user.inputs)
      if (one.inputs.length > 0 && one.memo.isConstant && mayBeOver(one.memo, smallPart)) found.add(one);
  }
  return [...found];
}

function drop(nodes: readonly AnyTensor[]): void {
  keepingHistory(() => evaluator(...nodes));
  for (const node of nodes) {
    const { memo } = node;
    memo.isData = memo.isConstant;
    memo.dropped = memo.isConstant ? "data" : "parameter";
    node.inputs = [];
    memo.stabilised = undefined;
    memo.historyNodes = 1;
    boundBytes(node);
  }
}
