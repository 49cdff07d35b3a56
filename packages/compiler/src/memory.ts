import { bytesPerElement } from "@adjoint/tensor/engine";
import {
  type Access,
  type Buffer,
  type Kernel,
  type LoopProgram,
  operandsRead,
  type Place,
  type Result,
} from "./program.ts";

/** A buffer whose place is settled when all kernels are known. */
export interface DraftBuffer extends Omit<Buffer, "place"> {
  readonly place: Place | undefined;
}

/** Buffers begin at multiples of this many bytes: a cache line. */
const alignment = 64;
/** Kernels may read, and write, so far beyond the end: a vector. */
const padding = 16;

/** The bytes that a buffer takes. */
export function paddedBytes(bytes: number): number {
  return Math.ceil((bytes + padding) / alignment) * alignment;
}

function accesses(kernel: Kernel): { reads: (Access | number)[]; writes: (Access | number)[] } {
  if (kernel.kind === "loop") {
    const reads = kernel.nodes.flatMap((node) => (node.kind === "load" ? [node.access] : []));
    return { reads, writes: kernel.stores.map(({ access }) => access) };
  }
  return {
    reads: operandsRead(kernel).map(({ buffer }) => buffer),
    writes: kernel.output === undefined ? [] : [kernel.output.buffer],
  };
}

function bufferOf(access: Access | number): number {
  return typeof access === "number" ? access : access.buffer;
}

function sameWalk(a: Access | number, b: Access | number): boolean {
  return (
    typeof a !== "number" &&
    typeof b !== "number" &&
    JSON.stringify([a.offset, a.outer, a.inner]) === JSON.stringify([b.offset, b.outer, b.inner])
  );
}

/** Does the kernel read `input` at no other element than it writes to `output`, and before it does? */
function readsOnlyWhatItWrites(kernel: Kernel, input: number, output: number): boolean {
  if (kernel.kind !== "loop") return false;
  const { reads } = accesses(kernel);
  const stores = kernel.stores.filter(({ access }) => access.buffer === output);
  const isRead = reads.some((access) => bufferOf(access) === input);
  return stores.every(({ node, access }) => {
    const isSame = reads.every((read) => bufferOf(read) !== input || sameWalk(read, access));
    // A later pass over the row would find what this one has written.
    const isLast = kernel.nodes[node].phase === kernel.phases - 1;
    return isSame && (!isRead || isLast || access.inner.every((stride) => stride === 0));
  });
}

/**
 * Gives every intermediate value a place in scratch memory, which those share whose lives do not overlap; and says which outputs
 * may be written over the parameter that they replace: `over` has the candidates, output buffer to input buffer. One may when the
 * kernel that writes it reads the parameter at no other element than it writes, and not in a later pass; when nothing reads the
 * parameter later, and it is no result itself; and when no data check comes after.
 */
export function placeBuffers(
  drafts: readonly DraftBuffer[],
  kernels: readonly Kernel[],
  results: readonly Result[],
  over: ReadonlyMap<number, number>,
): LoopProgram {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  let lastCheck = -1;
  kernels.forEach((kernel, i) => {
    const { reads, writes } = accesses(kernel);
    for (const access of [...reads, ...writes]) {
      const buffer = bufferOf(access);
      if (!first.has(buffer)) first.set(buffer, i);
      last.set(buffer, i);
    }
    if (kernel.kind === "op" && kernel.op.checks) lastCheck = i;
  });
  const mayReplace = new Set<number>();
  for (const [output, input] of over) {
    const writer = first.get(output);
    if (writer === undefined || writer < lastCheck || last.get(output) !== writer) continue;
    if ((last.get(input) ?? -1) > writer) continue;
    const { place } = drafts[input];
    const isReturned = results.some(
      (result) => result.kind === "input" && place?.kind === "input" && result.index === place.index,
    );
    if (isReturned) continue;
    if (readsOnlyWhatItWrites(kernels[writer], input, output)) mayReplace.add(output);
  }
  const { offsets, scratchBytes } = layOut(drafts, first, last);
  return {
    buffers: drafts.map(({ dtype, size, place }, i) => ({
      dtype,
      size,
      place: place ?? { kind: "scratch", offset: offsets.get(i) ?? 0 },
    })),
    kernels,
    results: results.map((result) =>
      result.kind === "buffer" && !mayReplace.has(result.buffer) ? { ...result, over: undefined } : result,
    ),
    scratchBytes,
  };
}

/** First fit: each buffer at the lowest place that is free while it lives. */
function layOut(
  drafts: readonly DraftBuffer[],
  first: ReadonlyMap<number, number>,
  last: ReadonlyMap<number, number>,
): { offsets: Map<number, number>; scratchBytes: number } {
  const offsets = new Map<number, number>();
  let scratchBytes = 0;
  const placed: { from: number; to: number; start: number; end: number }[] = [];
  const pending = drafts.flatMap(({ place }, i) => (place === undefined && first.has(i) ? [i] : []));
  pending.sort((a, b) => (first.get(a) as number) - (first.get(b) as number));
  for (const i of pending) {
    const { dtype, size } = drafts[i];
    const bytes = paddedBytes(size * bytesPerElement(dtype));
    const [start, end] = [first.get(i) as number, last.get(i) as number];
    const taken = placed
      .filter((other) => other.start <= end && other.end >= start)
      .sort((a, b) => a.from - b.from);
    let from = 0;
    for (const other of taken) {
      if (other.from - from >= bytes) break;
      from = Math.max(from, other.to);
    }
    placed.push({ from, to: from + bytes, start, end });
    offsets.set(i, from);
    scratchBytes = Math.max(scratchBytes, from + bytes);
  }
  return { offsets, scratchBytes };
}
