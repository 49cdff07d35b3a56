import { dataNode } from "../graph/apply.ts";
import { DTypeError, OptionError, ShapeError } from "../graph/errors.ts";
import { sizeOf } from "../graph/shape.ts";
import type { DType, Normalise, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { add } from "../primitives/add.ts";
import { argsort } from "../primitives/argsort.ts";
import { broadcastTo } from "../primitives/broadcastTo.ts";
import { cast } from "../primitives/cast.ts";
import { div } from "../primitives/div.ts";
import { floor } from "../primitives/floor.ts";
import { less } from "../primitives/less.ts";
import { maximum } from "../primitives/maximum.ts";
import { mul } from "../primitives/mul.ts";
import { randomBits } from "../primitives/randomBits.ts";
import { reshape } from "../primitives/reshape.ts";
import { slice } from "../primitives/slice.ts";
import { sub } from "../primitives/sub.ts";
import { where } from "../primitives/where.ts";
import { erfinv } from "./erfinv.ts";

/** A random key: the bit patterns of two 32-bit words, as int32. The same key gives the same numbers on every backend. */
export type Key = Tensor<[2], "int32">;

/** Options of the distributions. */
export interface RandomOptions<D extends DType> {
  /** Default float32. */
  readonly dtype?: D;
}

const two32 = 2 ** 32;

/**
 * The key of a seed: its low 32 bits in the second word, the high ones in the first, as `jax.random.key`.
 * Throws {@link OptionError} unless the seed is a whole number that a double holds exactly.
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed))
    throw new OptionError("random.key", `seed ${seed}; expected a whole number within ±2^53`);
  return dataNode(Int32Array.of(Math.floor(seed / two32), seed % two32), [2], "int32") as AnyTensor as Key;
}

/** More keys are a mistake that would end the process: each is a tensor. */
const mostKeys = 2 ** 20;

/**
 * `n` keys that are independent of each other and of `key`, which should not be used again.
 * Throws {@link OptionError} unless `n` is a whole number from 0 to 2^20.
 */
export function split<N extends number = 2>(
  key: Key,
  n: N = 2 as N,
): N extends 2 ? [Key, Key] : N extends 3 ? [Key, Key, Key] : Key[] {
  if (!(Number.isInteger(n) && n >= 0 && n <= mostKeys))
    throw new OptionError("random.split", `${n} keys; expected a whole number from 0 to 2^20`);
  const pairs = randomBits(key, 0, { shape: [n], pairs: true });
  return Array.from({ length: n }, (_, i) =>
    reshape(slice(pairs, [i, 0], [i + 1, 2]) as AnyTensor, [2]),
  ) as never;
}

/**
 * A key for `data`, a whole number or an int32 scalar (an epoch, a step): other data, other key.
 * Throws {@link OptionError} unless a number fits 32 bits.
 */
export function foldIn(key: Key, data: number | Tensor<readonly [], "int32">): Key {
  if (typeof data === "number" && !(Number.isInteger(data) && data >= -(2 ** 31) && data < two32))
    throw new OptionError("random.foldIn", `data ${data}; expected a whole number of 32 bits`);
  const word = typeof data === "number" ? data | 0 : data;
  return reshape(randomBits(key, word, { shape: [1], pairs: true }), [2]) as AnyTensor as Key;
}

/** Uniform random 32-bit words, as int32 bit patterns (`x >>> 0` is the unsigned number). */
export function bits<const S extends Shape>(key: Key, shape: S): Tensor<Normalise<S>, "int32"> {
  return randomBits(key, 0, { shape: [...shape], pairs: false }) as never;
}

/** A word as an unsigned number, in float64. */
function unsigned(words: AnyTensor): AnyTensor {
  const wide = cast(words, "float64");
  return where(less(wide, 0), add(wide, two32), wide) as AnyTensor;
}

/** `⌊x / 2^n⌋` of a whole float64. */
function shiftRight(x: AnyTensor, n: number): AnyTensor {
  return floor(mul(x, 2 ** -n) as AnyTensor) as AnyTensor;
}

/** Uniform in [0, 1): the top 23 bits of a word in float32, the top 52 of two in float64, as JAX takes them. */
function unitInterval(key: Key, shape: Shape, dtype: DType): AnyTensor {
  if (dtype === "float32") {
    return cast(
      mul(shiftRight(unsigned(randomBits(key, 0, { shape, pairs: false })), 9), 2 ** -23) as AnyTensor,
      "float32",
    );
  }
  if (dtype !== "float64")
    throw new DTypeError("random", `no uniform ${dtype}; expected float32 or float64, or use randint`);
  const pairs = unsigned(randomBits(key, 0, { shape: [sizeOf(shape)], pairs: true }));
  const high = slice(pairs, [0, 0], [undefined, 1]) as AnyTensor;
  const low = slice(pairs, [0, 1]) as AnyTensor;
  const whole = add(mul(high, 2 ** 20), shiftRight(low, 12)) as AnyTensor;
  return reshape(mul(whole, 2 ** -52) as AnyTensor, shape) as AnyTensor;
}

/** Uniform in [low, high). float32 has 2²³ values, float64 2⁵². In [0, 1) the bits are those of `jax.random.uniform`. */
export function uniform<const S extends Shape, D extends DType = "float32">(
  key: Key,
  shape: S,
  { low = 0, high = 1, dtype = "float32" as D }: RandomOptions<D> & { low?: number; high?: number } = {},
): Tensor<Normalise<S>, NoInfer<D>> {
  const unit = unitInterval(key, [...shape], dtype);
  return maximum(low, add(mul(unit, high - low), low) as AnyTensor) as never;
}

/** Standard normal, as `√2 erf⁻¹(u)` of a uniform u in (−1, 1): the way of `jax.random.normal`. */
export function normal<const S extends Shape, D extends DType = "float32">(
  key: Key,
  shape: S,
  { dtype = "float32" as D }: RandomOptions<D> = {},
): Tensor<Normalise<S>, NoInfer<D>> {
  const low = dtype === "float64" ? -1 + 2 ** -53 : -1 + 2 ** -24;
  return mul(erfinv(uniform(key, shape, { low, high: 1, dtype }) as AnyTensor), Math.SQRT2) as never;
}

/** True with probability `p`, a number or a tensor that broadcasts to `shape`. Throws {@link ShapeError} when it does not. */
export function bernoulli<const S extends Shape>(
  key: Key,
  p: AnyTensor | number,
  shape: S,
): Tensor<Normalise<S>, "bool"> {
  const probability = typeof p === "number" ? p : (broadcastTo(p, [...shape]) as AnyTensor);
  return less(uniform(key, shape) as AnyTensor, probability) as never;
}

/**
 * Whole numbers in [low, high), int32, with the bits of `jax.random.randint`: a remainder of 64 random bits, so that
 * the unevenness is below 2⁻³². Throws {@link OptionError} unless `low < high` fit int32.
 */
export function randint<const S extends Shape>(
  key: Key,
  shape: S,
  low: number,
  high: number,
): Tensor<Normalise<S>, "int32"> {
  const inRange = [low, high - 1].every(
    (bound) => Number.isInteger(bound) && bound >= -(2 ** 31) && bound < 2 ** 31,
  );
  if (!inRange || low >= high) {
    throw new OptionError(
      "random.randint",
      `from ${low} to ${high}; expected whole numbers low < high within int32`,
    );
  }
  const span = high - low;
  const [first, second] = split(key);
  const remainder = (x: AnyTensor): AnyTensor =>
    sub(x, mul(floor(div(x, span) as AnyTensor), span)) as AnyTensor;
  const multiplier = Number((BigInt(2 ** 16 % span) ** 2n % BigInt(two32)) % BigInt(span));
  const higher = remainder(unsigned(bits(first, shape)));
  const lower = remainder(unsigned(bits(second, shape)));
  // The sum wraps at 2³², as unsigned arithmetic does; products and sums of words are taken in int32, which keeps the bits.
  const wrapped = add(mul(word(higher), word(multiplier)), word(lower)) as AnyTensor;
  return cast(add(remainder(unsigned(wrapped)), low) as AnyTensor, "int32") as never;
}

/** The int32 bit pattern of an unsigned number below 2³². */
function word(x: AnyTensor): AnyTensor;
function word(x: number): number;
function word(x: AnyTensor | number): AnyTensor | number {
  if (typeof x === "number") return x | 0;
  return cast(where(less(x, 2 ** 31), x, sub(x, two32)) as AnyTensor, "int32");
}

/** The whole numbers 0 to n − 1 in random order: those that sort n random words. `[n]`, int32. */
export function permutation<N extends number>(key: Key, n: N): Tensor<[N], "int32"> {
  if (!Number.isInteger(n) || n < 0)
    throw new ShapeError("random.permutation", `${n} numbers; expected a whole number from 0`);
  return argsort(bits(key, [n])) as never;
}
