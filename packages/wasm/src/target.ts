/** `"relaxed"` has fused multiply-add, `"plain"` has vectors without it, `"none"` has scalars alone. */
export type Simd = "relaxed" | "plain" | "none";

/** What the engine's WebAssembly can do. */
export interface Target {
  /** Vectors of 128 bits. */
  readonly hasVectors: boolean;
  /** Multiply-add on them that rounds once. To find out can take milliseconds: to be asked by what would use it. */
  readonly isFused: boolean;
  /**
   * The engine keeps loads where they are written, so that larger register tiles do not spill. V8 before Node 24 hoists all loads of a
   * basic block above its arithmetic.
   */
  readonly keepsLoadOrder: boolean;
}
