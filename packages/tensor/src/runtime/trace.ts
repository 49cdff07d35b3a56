import type { AnyTensor } from "../graph/tensor.ts";
import type { AnyParameter } from "./parameter.ts";

/** What a function does to state while it is traced. Nothing reaches a parameter before the program has run. */
export interface Trace {
  /** The node that stands for each parameter's value at the start. */
  readonly reads: Map<AnyParameter, AnyTensor>;
  /** The node of each parameter's value as assigned so far. */
  readonly writes: Map<AnyParameter, AnyTensor>;
  /** Gradients that `backward()` has left, which start empty at each call. */
  readonly gradients: Map<AnyParameter, AnyTensor | undefined>;
}

let active: Trace | undefined;

/** The trace that is being recorded, if any. */
export function activeTrace(): Trace | undefined {
  return active;
}

/** Runs `fn` with every parameter access recorded. The trace ends with it, also when it throws. */
export function recordTrace<R>(fn: () => R): { trace: Trace; result: R } {
  const trace: Trace = { reads: new Map(), writes: new Map(), gradients: new Map() };
  const outer = active;
  active = trace;
  try {
    return { trace, result: fn() };
  } finally {
    active = outer;
  }
}

let trainingMode = false;

/** Is the model being run for training? Dropout and batch statistics ask; inference is the default. */
export function isTraining(): boolean {
  return trainingMode;
}

function inMode<R>(mode: boolean, fn: () => R): R {
  const outer = trainingMode;
  trainingMode = mode;
  try {
    return fn();
  } finally {
    trainingMode = outer;
  }
}

/** Runs `fn`, which must be synchronous, in training mode. */
export function training<R>(fn: () => R): R {
  return inMode(true, fn);
}

/** Runs `fn`, which must be synchronous, in inference mode. */
export function inference<R>(fn: () => R): R {
  return inMode(false, fn);
}
