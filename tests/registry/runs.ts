import type { Parameters } from "fast-check";

/**
 * How many cases a property tries for each op: 100, or `ADJOINT_RUNS`. `ADJOINT_SEED` repeats a failure, whose message
 * names the seed.
 */
export function runs<T>(scale = 1): Parameters<T> {
  const { ADJOINT_RUNS = "100", ADJOINT_SEED } = process.env;
  const numRuns = Math.max(1, Math.round(Number(ADJOINT_RUNS) * scale));
  return ADJOINT_SEED === undefined ? { numRuns } : { numRuns, seed: Number(ADJOINT_SEED) };
}
