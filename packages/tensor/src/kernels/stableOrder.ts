import type { TypedArray } from "../graph/dtype.ts";

const signBit = 0x80000000;
const all = 0xffffffff;

/**
 * Words whose order is that of the numbers, the least significant first. Of floats, the larger magnitude has the larger bits, which turn
 * round below zero; −0 is as 0, and NaN is above all.
 */
function wordsOf(values: TypedArray): Uint32Array[] {
  const { length } = values;
  const highest = new Uint32Array(length);
  if (values instanceof Uint8Array || values instanceof Int32Array) {
    const flipped = values instanceof Int32Array ? signBit : 0;
    for (let i = 0; i < length; i++) highest[i] = values[i] ^ flipped;
    return [highest];
  }
  const bits = new Uint32Array(values.map((value) => (value === 0 ? 0 : value)).buffer);
  const isDouble = bits.length > length;
  const lowest = isDouble ? new Uint32Array(length) : undefined;
  for (let i = 0; i < length; i++) {
    const high = bits[isDouble ? 2 * i + 1 : i];
    const isNumber = !Number.isNaN(values[i]);
    const isNegative = high >= signBit;
    highest[i] = isNumber ? (isNegative ? ~high : high | signBit) : all;
    if (lowest !== undefined) lowest[i] = isNumber ? (isNegative ? ~bits[2 * i] : bits[2 * i]) : all;
  }
  return lowest === undefined ? [highest] : [lowest, highest];
}

/**
 * The places of the numbers in ascending order; of equal ones the first comes first, and NaN last. Sorts by one byte after the other from
 * the lowest (Knuth, vol. 3, 5.2.5, algorithm R), so the time grows with the length and no faster.
 */
export function stableOrder(values: TypedArray): Int32Array {
  const { length } = values;
  let order = Int32Array.from({ length }, (_, i) => i);
  let next = new Int32Array(length);
  if (length < 2) return order;
  const starts = new Uint32Array(256);
  for (const word of wordsOf(values)) {
    for (let shift = 0; shift < 32; shift += 8) {
      starts.fill(0);
      for (let i = 0; i < length; i++) starts[(word[i] >>> shift) & 255]++;
      if (starts[(word[0] >>> shift) & 255] === length) continue;
      let start = 0;
      for (let byte = 0; byte < 256; byte++) {
        const count = starts[byte];
        starts[byte] = start;
        start += count;
      }
      for (let i = 0; i < length; i++) {
        const place = order[i];
        next[starts[(word[place] >>> shift) & 255]++] = place;
      }
      [order, next] = [next, order];
    }
  }
  return order;
}
