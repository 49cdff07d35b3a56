/** What the engine's WebAssembly can do. */
export interface Target {
  /** `"relaxed"` has fused multiply-add, `"plain"` has vectors without it, `"none"` has scalars alone. */
  readonly simd: "relaxed" | "plain" | "none";
  /**
   * The engine keeps loads where they are written, so that larger register tiles do not spill. V8 before Node 24 hoists all loads of a
   * basic block above its arithmetic.
   */
  readonly keepsLoadOrder: boolean;
}
