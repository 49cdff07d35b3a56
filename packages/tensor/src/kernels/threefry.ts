/** What to keep of a block of two words: their exclusive or, or both in turn. */
export type ThreefryMode = "xor" | "pairs";

/**
 * Fills `out` with Threefry-2x32 blocks of the key at the counters `offset`, `offset + 1`, …: one word a counter with mode
 * `"xor"`, both words with `"pairs"` (then `out` has two elements a counter).
 *
 * This is the layout of JAX with `jax_threefry_partitionable`: `bits` is `"xor"` from 0, `split(key, n)` is `"pairs"` from 0, and
 * `foldIn(key, data)` is one pair at `data`. A counter is 64 bits, its high half the block's first word.
 * Domain: `0 ≤ offset < 2⁵³`; a negative int32 stands for the uint32 of the same bits, in the key's words too.
 */
export function threefryFill(
  key0: number,
  key1: number,
  offset: number,
  out: Int32Array | Uint32Array,
  mode: ThreefryMode,
): void {
  const block = new Int32Array(2);
  const first = offset < 0 ? offset >>> 0 : offset;
  const width = mode === "pairs" ? 2 : 1;
  for (let i = 0; i * width < out.length; i++) {
    const counter = first + i;
    encrypt(key0, key1, Math.floor(counter / 2 ** 32), counter | 0, block);
    if (mode === "xor") out[i] = block[0] ^ block[1];
    else {
      out[2 * i] = block[0];
      out[2 * i + 1] = block[1];
    }
  }
}

/** One Threefry-2x32 block: the counter `(x0, x1)` under the key, as two uint32. */
export function threefry2x32(key0: number, key1: number, x0: number, x1: number): [number, number] {
  const block = new Int32Array(2);
  encrypt(key0, key1, x0, x1, block);
  return [block[0] >>> 0, block[1] >>> 0];
}

/** 20 rounds (Salmon, Moraes, Dror and Shaw 2011); each four are followed by an injection of the key. */
function encrypt(key0: number, key1: number, counter0: number, counter1: number, block: Int32Array): void {
  let [k0, k1, k2] = [key0, key1, key0 ^ key1 ^ 0x1bd11bda];
  let x0 = (counter0 + k0) | 0;
  let x1 = (counter1 + k1) | 0;
  for (let group = 1; group <= 5; group++) {
    const odd = (group & 1) === 1;
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, odd ? 13 : 17) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, odd ? 15 : 29) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, odd ? 26 : 16) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, odd ? 6 : 24) ^ x0;
    x0 = (x0 + k1) | 0;
    x1 = (x1 + k2 + group) | 0;
    [k0, k1, k2] = [k1, k2, k0];
  }
  block[0] = x0;
  block[1] = x1;
}

function rotateLeft(x: number, count: number): number {
  return (x << count) | (x >>> (32 - count));
}
