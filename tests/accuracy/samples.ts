import type { Format } from "./real.ts";

/** A generator of 32-bit words for mantissas: one seed, one sequence (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/**
 * Arguments at which functions are known to be hard, or to change their form: both signs are tried. Among them the float64
 * numbers nearest to a multiple of π/2 (6381956970095103 · 2⁷⁹⁷, Muller et al. 2018) and an argument of eight digits.
 */
const hard: readonly number[] = [
  0,
  1,
  0.5,
  2,
  10,
  1e7,
  1e22,
  Math.PI,
  Math.PI / 2,
  Math.PI / 4,
  6381956970095103 * 2 ** 797,
  5.319372648326541e255,
  9007199254740991,
  88.72283905206835,
  103.97207708399179,
  709.782712893384,
  745.1332191019411,
  710.4758600739439,
  26.55,
  27.226017111108366,
  38.4,
  0.75,
  0.625,
  22,
  40,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
  2 ** -1022,
  2 ** -126,
  2 ** -149,
  1 - 2 ** -53,
  1 + 2 ** -52,
  1 - 2 ** -24,
  1 + 2 ** -23,
];

/**
 * Arguments of a format: `perExponent` of each sign at every exponent (or every `stride`-th), as many again for each exponent from
 * −6 to 10, where functions bend, and the hard ones.
 */
export function samples(
  format: Format,
  { perExponent, stride = 1, seed = 1 }: { perExponent: number; stride?: number; seed?: number },
): Float32Array | Float64Array {
  const word = generator(seed);
  const isSingle = format === "float32";
  const [lowest, highest] = isSingle ? [-149, 127] : [-1074, 1023];
  const values: number[] = [];
  const at = (exponent: number): void => {
    const significand = 1 + (word() + word() * 2 ** -32) * 2 ** -32;
    // In two steps, since 2^-1074 times a significand is rounded to a subnormal number.
    const value = significand * 2 ** Math.max(exponent, -1000) * 2 ** Math.min(0, exponent + 1000);
    values.push(value, -value);
  };
  for (let exponent = lowest; exponent <= highest; exponent += stride) {
    for (let i = 0; i < perExponent; i++) at(exponent);
  }
  for (let exponent = -6; exponent <= 10; exponent++) {
    for (let i = 0; i < perExponent * stride; i++) at(exponent);
  }
  for (const x of hard) values.push(x, -x);
  const array = isSingle ? Float32Array.from(values) : Float64Array.from(values);
  return array.filter(Number.isFinite);
}
