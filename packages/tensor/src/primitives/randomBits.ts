import { apply } from "../graph/apply.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { checkShape, shapeText } from "../graph/shape.ts";
import type { Shape } from "../graph/shape-types.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { threefryFill } from "../kernels/threefry.ts";

/** The shape of the bits; with `pairs` both words of every block are given, along a last axis of 2. */
export type RandomBitsAttributes = { readonly shape: Shape; readonly pairs: boolean };

export const randomBitsPrimitive: Op = primitive<RandomBitsAttributes>("randomBits", {
  accepts: () => ["int32", "int32"],
  shape([key], { shape, pairs }) {
    if (key.length !== 1 || key[0] !== 2)
      throw new ShapeError(
        "random",
        `a key of shape ${shapeText(key)}; expected [2], as random.key(seed) gives`,
      );
    return pairs ? [...shape, 2] : shape;
  },
  differentiable: false,
  reference([key, offset], output, { pairs }) {
    threefryFill(
      key.values[0],
      key.values[1],
      offset.values[0],
      output.values as Int32Array,
      pairs ? "pairs" : "xor",
    );
  },
});

/**
 * Threefry-2x32 blocks (Salmon et al. 2011) of `key` at counters `offset + i`, as int32 bit patterns: the two words of
 * each block xor-ed, or both. The bits are those of JAX with `jax_threefry_partitionable`.
 */
export function randomBits(
  key: AnyTensor,
  offset: AnyTensor | number,
  { shape, pairs }: RandomBitsAttributes,
): AnyTensor {
  checkShape("random", shape);
  return apply(randomBitsPrimitive, [key, offset], { shape, pairs });
}
