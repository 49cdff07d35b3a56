import {
  type AnyTensor,
  type DType,
  type Graph,
  GraphError,
  type Op,
  primitives,
  shapeText,
  sizeOf,
} from "@adjoint/tensor";
import { allocate, leaves, lowerGraph, stridesOf, topologicalOrder } from "@adjoint/tensor/engine";
import { type Group, groupNodes, longAxes } from "./groups.ts";
import { copyLoop, fillLoop, type LoopContext, loopOf } from "./loops.ts";
import { type DraftBuffer, placeBuffers } from "./memory.ts";
import type { Kernel, LoopKernel, LoopProgram, Operand, Result } from "./program.ts";
import { type ReadsRows, readRowsInPlace } from "./rows.ts";
import { simplify } from "./simplify.ts";
import { splitReduction } from "./splitReduction.ts";
import { withStandIns } from "./standIns.ts";
import { isContiguous, Views } from "./views.ts";
import { readWindows } from "./windows.ts";

/** What a backend tells the compiler of itself. */
export interface CompilerOptions {
  /** Does the backend compute this elementwise composite in one go? Others are lowered to primitives. */
  readonly isNative: (node: AnyTensor) => boolean;
  /** Can, and should, the backend read the rows of a kernel's operand where they are, instead of a copy in order? Default: never. */
  readonly readsRows?: ReadsRows;
}

/**
 * Turns a graph into a program of loops: lowers composites, simplifies, groups what one loop computes, orders the kernels, and lays
 * out memory.
 */
export function compileGraph(
  asked: Graph,
  { isNative, readsRows = () => false }: CompilerOptions,
): LoopProgram {
  const graph = withStandIns(asked);
  const given = new Set(graph.inputs);
  const lowered = lowerGraph(
    graph.outputs,
    given,
    (_, node) => node.op.kind !== "composite" || isNative(node),
  );
  const outputs = simplify(readWindows(lowered, given), given);
  return new Assembly(graph, outputs, given).program(readsRows);
}

class Assembly {
  readonly #graph: Graph;
  readonly #outputs: readonly AnyTensor[];
  readonly #views: Views;
  readonly #groups: readonly Group[];
  readonly #buffers: DraftBuffer[] = [];
  readonly #bufferOf = new Map<AnyTensor, number>();
  readonly #copies = new Map<AnyTensor, number>();
  readonly #kernels: Kernel[] = [];
  readonly #kept = new Set<AnyTensor>();
  /** For nodes that take the place of an input, a parameter: its index. */
  readonly #over = new Map<AnyTensor, number>();

  constructor(graph: Graph, outputs: readonly AnyTensor[], given: ReadonlySet<AnyTensor>) {
    this.#graph = graph;
    this.#outputs = outputs;
    this.#views = new Views((node) => given.has(node));
    graph.inputs.forEach(({ dtype, size }, index) => {
      const buffer = this.#buffers.push({ dtype, size, place: { kind: "input", index } }) - 1;
      this.#bufferOf.set(graph.inputs[index], buffer);
    });
    const sequence = topologicalOrder(outputs, (node) => given.has(node));
    this.#groups = groupNodes(sequence, given, this.#views);
    outputs.forEach((output, k) => {
      const index = graph.replaces?.[k];
      const { base } = this.#views.of(output);
      if (index !== undefined && base === output && !given.has(output)) this.#over.set(output, index);
    });
    this.#findKept(sequence, given);
  }

  /** Marks what is read by other kernels than the one that computes it. */
  #findKept(sequence: readonly AnyTensor[], given: ReadonlySet<AnyTensor>): void {
    const groupOf = new Map<AnyTensor, Group>();
    for (const group of this.#groups) for (const node of group.nodes) groupOf.set(node, group);
    for (const output of this.#outputs) this.#kept.add(this.#views.of(output).base);
    for (const node of sequence) {
      if (given.has(node) || (this.#views.isView(node) && !node.op.checks)) continue;
      const group = groupOf.get(node);
      for (const input of node.inputs) {
        const { base } = this.#views.of(input);
        const isInside = group !== undefined && groupOf.get(base) === group && group.dimensions !== undefined;
        if (!isInside) this.#kept.add(base);
      }
    }
  }

  program(readsRows: ReadsRows): LoopProgram {
    const results = this.#results();
    const context: LoopContext = {
      views: this.#views,
      bufferOf: (base) => this.#bufferFor(base),
      isKept: (node) => this.#kept.has(node),
    };
    for (const group of this.#ordered()) {
      if (group.dimensions === undefined) this.#emitOp(group.nodes[0]);
      else this.#emitLoop(loopOf(group, context));
    }
    for (const { node, buffer } of results.copies) this.#emitLoop(this.#copyOf(node, buffer));
    const kernels = readRowsInPlace(this.#buffers, this.#kernels, readsRows);
    return placeBuffers(this.#buffers, kernels, results.list, this.#overBuffers());
  }

  /** Where each output comes from. Its buffer is its own, unless it is an input itself. */
  #results(): { list: Result[]; copies: { node: AnyTensor; buffer: number }[] } {
    const copies: { node: AnyTensor; buffer: number }[] = [];
    const list = this.#outputs.map((output, k): Result => {
      const index = this.#graph.inputs.indexOf(output);
      if (index !== -1) return { kind: "input", index };
      const earlier = this.#outputs.indexOf(output);
      if (earlier < k)
        return { kind: "buffer", buffer: this.#outputBuffer(output, k, copies), over: undefined };
      return {
        kind: "buffer",
        buffer: this.#outputBuffer(output, k, copies),
        over: this.#graph.replaces?.[k],
      };
    });
    return { list, copies };
  }

  #outputBuffer(output: AnyTensor, k: number, copies: { node: AnyTensor; buffer: number }[]): number {
    const view = this.#views.of(output);
    const isComputed =
      view.base.op.kind !== "leaf" && view.base.op !== primitives.iota && !this.#bufferOf.has(view.base);
    const { dtype, size } = output;
    const buffer = this.#buffers.push({ dtype, size, place: { kind: "output", index: k } }) - 1;
    if (isComputed && view.offset === 0 && view.base.size === size && isContiguous(view, output.shape))
      this.#bufferOf.set(view.base, buffer);
    else copies.push({ node: output, buffer });
    return buffer;
  }

  #bufferFor(base: AnyTensor): number {
    let buffer = this.#bufferOf.get(base);
    if (buffer === undefined) {
      buffer = this.#buffers.push({ dtype: base.dtype, size: base.size, place: placeOf(base) }) - 1;
      this.#bufferOf.set(base, buffer);
    }
    return buffer;
  }

  /** Groups in an order in which each comes after what it needs: checks first, and what takes the place of a parameter last. */
  #ordered(): Group[] {
    const rank = (group: Group): number =>
      group.nodes[0].op.checks ? 0 : group.nodes.some((node) => this.#over.has(node)) ? 2 : 1;
    const waiting = new Map(this.#groups.map((group) => [group, group.needs.size]));
    const users = new Map<Group, Group[]>();
    for (const group of this.#groups) {
      for (const needed of group.needs) users.set(needed, [...(users.get(needed) ?? []), group]);
    }
    const position = new Map(this.#groups.map((group, i) => [group, i]));
    const before = (a: Group, b: Group): number =>
      rank(a) - rank(b) || (position.get(a) as number) - (position.get(b) as number);
    const ready = this.#groups.filter((group) => waiting.get(group) === 0);
    const order: Group[] = [];
    while (ready.length > 0) {
      ready.sort(before);
      const group = ready.shift() as Group;
      order.push(group);
      for (const user of users.get(group) ?? []) {
        const left = (waiting.get(user) as number) - 1;
        waiting.set(user, left);
        if (left === 0) ready.push(user);
      }
    }
    if (order.length !== this.#groups.length) throw new GraphError("compile", "kernels wait for each other");
    return order;
  }

  #emitLoop(loop: LoopKernel): void {
    if (loop.stores.length === 0) return;
    const split = splitReduction(
      loop,
      (dtype, size) => this.#buffers.push({ dtype, size, place: undefined }) - 1,
    );
    this.#kernels.push(...(split ?? [loop]).filter(({ stores }) => stores.length > 0));
  }

  #emitOp(node: AnyTensor): void {
    const expand = expansions.get(node.op);
    if (expand !== undefined) {
      const buffer = this.#bufferFor(node);
      for (const loop of expand(node, buffer, this.#views, (base) => this.#bufferFor(base)))
        this.#emitLoop(loop);
      return;
    }
    this.#kernels.push({
      kind: "op",
      op: node.op,
      attributes: node.attributes,
      inputs: node.inputs.map((input) => this.#operand(input)),
      output: node.op.checks
        ? undefined
        : { buffer: this.#bufferFor(node), offset: 0, shape: node.shape, dtype: node.dtype },
    });
  }

  /** A node as a row-major array: part of a buffer, or a copy. */
  #operand(node: AnyTensor): Operand {
    const { shape, dtype } = node;
    const view = this.#views.of(node);
    const isStored = view.base.op !== leaves.literal && view.base.op !== primitives.iota;
    if (isStored && isContiguous(view, shape))
      return { buffer: this.#bufferFor(view.base), offset: view.offset, shape, dtype };
    let buffer = this.#copies.get(node);
    if (buffer === undefined) {
      buffer = this.#buffers.push({ dtype, size: node.size, place: undefined }) - 1;
      this.#copies.set(node, buffer);
      this.#emitLoop(this.#copyOf(node, buffer));
    }
    return { buffer, offset: 0, shape, dtype };
  }

  #copyOf(node: AnyTensor, buffer: number): LoopKernel {
    return copyTo(
      node,
      { buffer, walk: { offset: 0, strides: stridesOf(node.shape) } },
      this.#views,
      (base) => this.#bufferFor(base),
    );
  }

  #overBuffers(): ReadonlyMap<number, number> {
    const over = new Map<number, number>();
    for (const [node, index] of this.#over) {
      const [output, input] = [this.#bufferOf.get(node), this.#bufferOf.get(this.#graph.inputs[index])];
      if (output !== undefined && input !== undefined) over.set(output, input);
    }
    return over;
  }
}

/** A copy of a node's elements to places of a buffer, given for each of its axes. */
function copyTo(
  node: AnyTensor,
  target: {
    readonly buffer: number;
    readonly walk: { readonly offset: number; readonly strides: readonly number[] };
  },
  views: Views,
  bufferOf: (base: AnyTensor) => number,
): LoopKernel {
  const { base, offset, strides } = views.of(node);
  const axes = longAxes(node.shape);
  const along = (all: readonly number[]): number[] => axes.map((axis) => all[axis]);
  return copyLoop(
    along(node.shape),
    { base, walk: { offset, strides: along(strides) }, bufferOf },
    { buffer: target.buffer, walk: { offset: target.walk.offset, strides: along(target.walk.strides) } },
  );
}

function placeOf(base: AnyTensor): DraftBuffer["place"] {
  if (base.op.kind !== "leaf") return undefined;
  if (base.op === leaves.literal)
    return { kind: "constant", values: allocate(base.dtype, 1).fill(base.attributes.value as number) };
  if (base.memo.storage !== undefined) return { kind: "constant", values: base.memo.storage.values };
  throw new GraphError(
    base.op.name,
    `a traced value (${base.dtype} ${shapeText(base.shape)}) is used outside the function that was traced; return it from there`,
  );
}

type Expansion = (
  node: AnyTensor,
  buffer: number,
  views: Views,
  bufferOf: (base: AnyTensor) => number,
) => LoopKernel[];

/** Primitives that are copies to parts of their result. */
const expansions: ReadonlyMap<Op, Expansion> = new Map<Op, Expansion>([
  [
    primitives.concat,
    (node, buffer, views, bufferOf) => {
      const strides = stridesOf(node.shape);
      const axis = node.attributes.axis as number;
      let from = 0;
      return node.inputs.map((input) => {
        const walk = { offset: from * strides[axis], strides };
        from += input.shape[axis];
        return copyTo(input, { buffer, walk }, views, bufferOf);
      });
    },
  ],
  [
    primitives.pad,
    (node, buffer, views, bufferOf) => {
      const { before, interior, value } = node.attributes as {
        before: readonly number[];
        interior: readonly number[];
        value: number;
      };
      const strides = stridesOf(node.shape);
      const walk = {
        offset: before.reduce((offset, count, axis) => offset + count * strides[axis], 0),
        strides: strides.map((stride, axis) => stride * (interior[axis] + 1)),
      };
      const copy =
        node.inputs[0].size === 0 ? [] : [copyTo(node.inputs[0], { buffer, walk }, views, bufferOf)];
      return [fillLoop(sizeOf(node.shape), value, node.dtype as DType, buffer), ...copy];
    },
  ],
]);
