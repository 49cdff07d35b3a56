import { OptionError, random } from "@adjoint/tensor";

let seed = 0;
let taken = 0;

/**
 * Starts the stream of {@link nextKey} anew: the layers made after it have the same weights in every run.
 * The stream starts at seed 0. Throws `OptionError` unless the seed is a whole number that a double holds exactly.
 */
export function setSeed(next: number): void {
  if (!Number.isSafeInteger(next))
    throw new OptionError("setSeed", `seed ${next}; expected a whole number within ±2^53`);
  seed = next;
  taken = 0;
}

/** The next key of the process-wide stream: `foldIn(key(seed), n)` for the n-th call since {@link setSeed}. */
export function nextKey(): random.Key {
  return random.foldIn(random.key(seed), taken++);
}
