import { bytesPerElement } from "./dtype.ts";
import { leaves } from "./op.ts";
import type { AnyTensor } from "./tensor.ts";

/** How much pending history a node may hold before it is evaluated and its history dropped. */
export interface HistoryLimit {
  /** Nodes not yet dropped that the node is computed from. */
  nodes: number;
  /** Bytes of data that those nodes hold, without the largest single tensor. */
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

let evaluator: (node: AnyTensor) => void = () => {};
let tracing = 0;

/** The runtime says how a node is evaluated. */
export function installEvaluator(evaluate: (node: AnyTensor) => void): void {
  evaluator = evaluate;
}

/** Runs `fn` without dropping history: a graph that is being traced or differentiated must stay whole. */
export function keepingHistory<R>(fn: () => R): R {
  tracing++;
  try {
    return fn();
  } finally {
    tracing--;
  }
}

/** Bytes of values that a leaf brings into a history. */
function ownBytes(node: AnyTensor): number {
  return node.op === leaves.data || node.op === leaves.parameter
    ? node.size * bytesPerElement(node.dtype)
    : 0;
}

/** Counts a new node's history and drops it when it is beyond the limit. Bounds add up; a true count settles doubt. */
export function recordHistory(node: AnyTensor): void {
  const { memo } = node;
  memo.historyNodes = 1;
  memo.historyBytes = ownBytes(node);
  for (const input of node.inputs) {
    memo.historyNodes += input.memo.historyNodes;
    memo.historyBytes += input.memo.historyBytes;
  }
  if ((memo.historyNodes > limit.nodes || memo.historyBytes > limit.bytes) && tracing === 0) settle(node);
}

function settle(node: AnyTensor): void {
  const seen = new Set<AnyTensor>([node]);
  let bytes = 0;
  let largest = 0;
  for (const one of seen) {
    const own = ownBytes(one);
    bytes += own;
    largest = Math.max(largest, own);
    for (const input of one.inputs) seen.add(input);
  }
  node.memo.historyNodes = seen.size;
  node.memo.historyBytes = bytes - largest;
  if (seen.size > limit.nodes || bytes - largest > limit.bytes) {
    evaluator(node);
    dropHistory(node, seen);
  }
}

function dropHistory(node: AnyTensor, history: ReadonlySet<AnyTensor>): void {
  const held = [...history].some((one) => one.op === leaves.parameter || one.memo.dropped === "parameter");
  node.memo.dropped = held ? "parameter" : "data";
  node.inputs = [];
  node.memo.historyNodes = 1;
  node.memo.historyBytes = 0;
}
