import type { Storage } from "../graph/storage.ts";
import type { AnyTensor } from "../graph/tensor.ts";

/**
 * What a backend is asked to run: `outputs` as functions of `inputs`. Nodes below an input are not followed, whatever
 * op made it. Composites are still in it; the backend lowers those it has no kernel for, after which a leaf that is no
 * input is a number, or data that a lowering made: a constant.
 */
export interface Graph {
  readonly inputs: readonly AnyTensor[];
  readonly outputs: readonly AnyTensor[];
  /** For outputs that become the next value of an input, a parameter: which input. Undefined for the others. */
  readonly replaces?: readonly (number | undefined)[];
}

/** A graph made ready for repeated runs. It holds no tensors, only what it needs to run. */
export interface Program {
  /**
   * Computes the outputs. Inputs are not changed and may be given back as outputs; nobody writes to either afterwards.
   * An input that `isSpare` names is nobody else's once the program has run: what replaces it ({@link Graph.replaces}) may be
   * written over it. Throws before anything is written when a data check fails ({@link IndexError}).
   */
  run(inputs: readonly Storage[], isSpare?: readonly boolean[]): Storage[];
  /** The program's steps as text: kernels with their shapes and buffers. */
  toString(): string;
}

/** Something that runs graphs. A backend is right when it agrees with the reference interpreter. */
export interface Backend {
  readonly name: string;
  prepare(graph: Graph): Program;
}
