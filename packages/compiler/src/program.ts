import type { Attributes, DType, Op, Shape, TypedArray } from "@adjoint/tensor";

/** Where the numbers of a buffer are. */
export type Place =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "output"; readonly index: number }
  | { readonly kind: "constant"; readonly values: TypedArray }
  /** Of the memory that all programs use in turn, from this byte on. */
  | { readonly kind: "scratch"; readonly offset: number };

/** A row-major array that kernels read and write. */
export interface Buffer {
  readonly dtype: DType;
  readonly size: number;
  readonly place: Place;
}

/** How a loop walks over a buffer: elements to skip for one step of each of its indices, from `offset` on. */
export interface Access {
  readonly buffer: number;
  readonly offset: number;
  readonly outer: readonly number[];
  readonly inner: readonly number[];
}

/** How often a value is computed: once, for each turn of the outer loop, or for each element. */
export type Extent = "uniform" | "outer" | "full";

interface NodeBase {
  readonly dtype: DType;
  readonly extent: Extent;
  /** The first pass over a row in which the value can be computed. */
  readonly phase: number;
}

/** One value of a loop. Arguments are places in the list of nodes, before this one. */
export type LoopNode =
  | (NodeBase & {
      readonly kind: "load";
      readonly access: Access;
      /** The node with the place along the inner axis, the only one, that alone is read in each row. It is inside of the row. */
      readonly at?: number;
    })
  | (NodeBase & { readonly kind: "number"; readonly value: number })
  /** `offset + Σ index · stride`: what `iota` is, looked at through views. */
  | (NodeBase & {
      readonly kind: "index";
      readonly offset: number;
      readonly outer: readonly number[];
      readonly inner: readonly number[];
    })
  | (NodeBase & {
      readonly kind: "apply";
      readonly op: Op;
      readonly attributes: Attributes;
      readonly args: readonly number[];
    })
  /** The sum or largest of `arg` over the inner loop, which it is computed in at phase `phase − 1`. */
  | (NodeBase & { readonly kind: "reduce"; readonly op: Op; readonly arg: number });

/**
 * A loop nest: for each index of `outer`, for each index of `inner`, elementwise arithmetic; reductions run over `inner`. What
 * needs a reduction's result runs in a later phase, another pass over `inner`. Without reductions the split of axes into outer and
 * inner is one of convenience.
 */
export interface LoopKernel {
  readonly kind: "loop";
  readonly outer: readonly number[];
  readonly inner: readonly number[];
  readonly phases: number;
  /** Neighbouring elements in memory are neighbours along the last outer axis, not the last inner one. */
  readonly isVectorOuter: boolean;
  readonly nodes: readonly LoopNode[];
  readonly stores: readonly { readonly node: number; readonly access: Access }[];
}

/** A whole row-major operand of an {@link OpKernel}. */
export interface Operand {
  readonly buffer: number;
  /** Elements before it. */
  readonly offset: number;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The indices of its rows, if they are chosen among those that the buffer holds. */
  readonly rows?: Operand;
}

/** A primitive that is no loop over elements: a product, a gather, a sort. */
export interface OpKernel {
  readonly kind: "op";
  readonly op: Op;
  readonly attributes: Attributes;
  readonly inputs: readonly Operand[];
  /** Undefined for a check, which gives nothing. */
  readonly output: Operand | undefined;
}

/** What the kernel reads: its inputs, and the indices of their rows. */
export function operandsRead({ inputs }: OpKernel): Operand[] {
  return inputs.flatMap((input) => (input.rows === undefined ? [input] : [input, input.rows]));
}

export type Kernel = LoopKernel | OpKernel;

/** What comes out of the program at a place of the graph's outputs. */
export type Result =
  /** The input itself. */
  | { readonly kind: "input"; readonly index: number }
  | {
      readonly kind: "buffer";
      readonly buffer: number /** The input that it may be written over. */;
      readonly over: number | undefined;
    };

/** A graph as a list of kernels with their buffers. */
export interface LoopProgram {
  readonly buffers: readonly Buffer[];
  readonly kernels: readonly Kernel[];
  readonly results: readonly Result[];
  /** Bytes of the scratch places together. */
  readonly scratchBytes: number;
}

/** Indices of the outer and of the inner loop, multiplied out. */
export function countOf(extents: readonly number[]): number {
  return extents.reduce((product, extent) => product * extent, 1);
}
