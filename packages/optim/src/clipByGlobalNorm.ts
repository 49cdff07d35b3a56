import { square } from "@adjoint/ops";
import {
  type AnyTensor,
  abs,
  add,
  cast,
  type DType,
  div,
  equal,
  full,
  less,
  max,
  maximum,
  mul,
  replaceTensors,
  sqrt,
  sum,
  type TensorsOf,
  treeTensors,
  where,
} from "@adjoint/tensor";
import { checkNumber, positive } from "./options.ts";
import type { Scalar } from "./schedule.ts";

/** A norm in two factors, so that neither overflows: `largest · relative`, with `1 ≤ relative ≤ √n`; both 0 where all elements are. */
interface ScaledNorm {
  /** The largest absolute value. */
  readonly largest: Scalar;
  readonly relative: Scalar;
}

function scaledNorm(tensors: readonly AnyTensor[]): ScaledNorm {
  const zero = full([], 0, { dtype: "float64" });
  const filled = tensors.filter(({ size }) => size > 0);
  const largest = filled
    .map((x) => cast(max(abs(x)), "float64") as Scalar)
    .reduce((a, b) => maximum(a, b), zero);
  const squares = filled.map((x) => {
    const scaled = div(x, divisor(largest, x.dtype)) as AnyTensor;
    return cast(sum(square(scaled)), "float64") as Scalar;
  });
  return { largest, relative: sqrt(squares.reduce((a, b) => add(a, b), zero)) };
}

/** What to divide by: 1 where the largest is 0, or too small for the dtype, and so all elements are 0. */
function divisor(largest: Scalar, dtype: DType): AnyTensor {
  const rounded = cast(largest, dtype) as AnyTensor;
  return where(equal(rounded, 0), 1, rounded) as AnyTensor;
}

/**
 * Euclidean norm of all elements of a tree of tensors as one vector: `√Σ gᵢ²`, a float64 scalar, 0 for no elements.
 * Numerics: elements are divided by the largest before they are squared, so that nothing overflows or vanishes on the
 * way (Blue 1978).
 */
export function globalNorm(gradients: unknown): Scalar {
  const { largest, relative } = scaledNorm(treeTensors(gradients));
  return mul(largest, relative);
}

/**
 * Scales a tree of gradients so that their global norm is at most `maxNorm`: `g · min(1, maxNorm / ‖g‖)`, with one
 * norm over all tensors (Pascanu, Mikolov and Bengio 2013, algorithm 1). Shapes and dtypes stay; gradients of
 * a smaller norm keep their bits. PyTorch divides by `‖g‖ + 1e-6`, which leaves small norms short of `maxNorm`.
 *
 * Domain: finite gradients however large; an infinite or NaN element makes every element NaN, since there is no direction
 * to keep. Throws {@link OptionError} unless `maxNorm` is above 0.
 */
export function clipByGlobalNorm<Gradients>(gradients: Gradients, maxNorm: number): TensorsOf<Gradients> {
  checkNumber("clipByGlobalNorm", "maxNorm", maxNorm, positive);
  const tensors = treeTensors(gradients);
  const { largest, relative } = scaledNorm(tensors);
  // Not "norm < maxNorm": NaN has to reach every gradient.
  const isWithin = less(mul(largest, relative), maxNorm);
  const length = div(maxNorm, relative);
  const clipped = tensors.map((g): AnyTensor => {
    const direction = div(g, divisor(largest, g.dtype)) as AnyTensor;
    return where(isWithin, g, mul(direction, cast(length, g.dtype)) as AnyTensor);
  });
  return replaceTensors(gradients, clipped) as TensorsOf<Gradients>;
}
