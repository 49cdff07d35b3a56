import { OptionError, random, sameShape, shapeText, Tensor } from "@adjoint/tensor";

/** What decides a random order: a random key, or a seed to make one of. */
export type Shuffle = random.Key | number;

/**
 * The numbers 0 to `length − 1` in the random order of an epoch: `permutation(foldIn(key, epoch), length)`.
 * The same key and epoch give the same order on every machine and backend, so that a resumed run sees the batches that
 * an uninterrupted one would have seen. Throws `OptionError` when the epoch is no whole number from 0.
 */
export function shuffledIndices(shuffle: Shuffle, epoch: number, length: number): Int32Array {
  if (!Number.isInteger(epoch) || epoch < 0) {
    throw new OptionError("shuffledIndices", `epoch ${epoch}; expected a whole number from 0`);
  }
  if (typeof shuffle !== "number" && !(shuffle instanceof Tensor)) {
    throw new OptionError(
      "shuffledIndices",
      `shuffle ${String(shuffle)}; expected a seed or a random key, by which the order can be repeated`,
    );
  }
  if (shuffle instanceof Tensor && (shuffle.dtype !== "int32" || !sameShape(shuffle.shape, [2]))) {
    throw new OptionError(
      "shuffledIndices",
      `shuffle is ${shuffle.dtype} ${shapeText(shuffle.shape)}; expected a random key, int32 [2], as random.key(seed) makes`,
    );
  }
  const key = typeof shuffle === "number" ? random.key(shuffle) : shuffle;
  return random.permutation(random.foldIn(key, epoch), length).toTypedArray() as Int32Array;
}
