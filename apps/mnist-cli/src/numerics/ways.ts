/** A way to compute a loss. */
export interface Way {
  readonly name: "naive, rewrites off" | "naive, rewrites on" | "from logits";
  readonly from: "probabilities" | "logits";
  /** Are naive formulas rewritten? */
  readonly stabilise: boolean;
}

/** From the one that loses to the one that keeps: what the last gives is what the others are held against. */
export const ways: readonly [Way, Way, Way] = [
  { name: "naive, rewrites off", from: "probabilities", stabilise: false },
  { name: "naive, rewrites on", from: "probabilities", stabilise: true },
  { name: "from logits", from: "logits", stabilise: true },
];
