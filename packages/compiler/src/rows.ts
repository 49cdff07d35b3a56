import { primitives, sizeOf } from "@adjoint/tensor";
import type { DraftBuffer } from "./memory.ts";
import type { Kernel, Operand, OpKernel } from "./program.ts";

/** Does the backend read the rows of this input, whose `rows` are given, where they are? */
export type ReadsRows = (kernel: OpKernel, input: number) => boolean;

interface Reader {
  readonly kernel: Kernel;
  /** Which of an op's operands; −1 in a loop. */
  readonly input: number;
}

/**
 * Leaves out gathers of rows, as of a batch's samples among a data set's, whose readers can all find the rows themselves: they read what
 * the gather would have read, so nothing is written, and nothing takes up the cache twice.
 */
export function readRowsInPlace(
  buffers: readonly DraftBuffer[],
  kernels: readonly Kernel[],
  readsRows: ReadsRows,
): readonly Kernel[] {
  const isRowGather = (kernel: Kernel): kernel is OpKernel & { readonly output: Operand } =>
    kernel.kind === "op" &&
    kernel.op === primitives.take &&
    kernel.attributes.axis === 0 &&
    kernel.output !== undefined &&
    buffers[kernel.output.buffer].place === undefined;
  const gathers = kernels.filter(isRowGather);
  if (gathers.length === 0) return kernels;
  const readers = readersOf(kernels);
  const instead = new Map<Kernel, Kernel | undefined>(kernels.map((kernel) => [kernel, kernel]));
  for (const gather of gathers) {
    const [{ buffer, offset, dtype }, rows] = gather.inputs;
    const changed = (readers.get(gather.output.buffer) ?? []).map(({ kernel, input }) => {
      const reader = instead.get(kernel);
      if (reader?.kind !== "op" || input === -1) return undefined;
      const { shape } = reader.inputs[input];
      // All of the gather, and each row of it one to the reader.
      const isWhole = sizeOf(shape) === sizeOf(gather.output.shape);
      if (shape.length !== 2 || !isWhole || shape[0] !== sizeOf(rows.shape)) return undefined;
      const inputs = reader.inputs.with(input, { buffer, offset, shape, dtype, rows });
      const candidate: OpKernel = { ...reader, inputs };
      return readsRows(candidate, input) ? ([kernel, candidate] as const) : undefined;
    });
    if (!changed.every((pair) => pair !== undefined)) continue;
    instead.set(gather, undefined);
    for (const [kernel, candidate] of changed) instead.set(kernel, candidate);
  }
  return kernels.flatMap((kernel) => instead.get(kernel) ?? []);
}

/** What reads each buffer. */
function readersOf(kernels: readonly Kernel[]): Map<number, Reader[]> {
  const readers = new Map<number, Reader[]>();
  const add = (buffer: number, reader: Reader): void => {
    const known = readers.get(buffer);
    if (known === undefined) readers.set(buffer, [reader]);
    else known.push(reader);
  };
  for (const kernel of kernels) {
    if (kernel.kind === "op") {
      for (const [input, { buffer }] of kernel.inputs.entries()) add(buffer, { kernel, input });
    } else {
      for (const node of kernel.nodes)
        if (node.kind === "load") add(node.access.buffer, { kernel, input: -1 });
    }
  }
  return readers;
}
