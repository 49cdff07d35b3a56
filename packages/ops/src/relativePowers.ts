import { type AnyTensor, add, cast, equal, max, sub, sum, where } from "@adjoint/tensor";
import { expDifference } from "./expDifference.ts";
import type { SoftmaxForm } from "./softmax.ts";

/** The exponentials of elements relative to the largest along axes, and their sum, in parts. */
export interface RelativePowers {
  /** What all were divided by the exponential of: the largest, and what its form makes of ±∞. */
  readonly base: AnyTensor;
  /** `e^(x − base)`. */
  readonly powers: AnyTensor;
  /** The sum of the powers, less the 1 of one largest element: what `log1p` takes. */
  readonly rest: AnyTensor;
}

/**
 * Exponentials relative to the largest. The softmax, its logarithm and logsumexp begin with them alike, so that a program that has
 * several of them, such as a loss with its gradient, computes them once.
 *
 * Infinities: with the form `"shares"` a row with ∞, or of −∞ alone, is NaN; as `"quotient"` what is beside ∞ is 0, and the rest
 * of the row `∞/∞` or `0/0`; as `"weights"` so, but e^−∞ is always 0.
 */
export function relativePowers(x: AnyTensor, axes: readonly number[], form: SoftmaxForm): RelativePowers {
  const along = { axis: axes, keepDims: true } as const;
  const largest: AnyTensor = max(x, along);
  const base = baseOf(largest, form);
  const isLargest = equal(x, form === "shares" ? base : largest);
  const powers: AnyTensor = expDifference(x, base);
  // Apart from the others, whose sum may be lost beside them: e⁰ of one largest element is the 1, those of others that tie with it
  // are counted.
  const ties = sub(sum(cast(isLargest, x.dtype), along), 1) as AnyTensor;
  const others = sum(where(isLargest, 0, powers) as AnyTensor, along) as AnyTensor;
  return { base, powers, rest: add(ties, others) };
}

function baseOf(largest: AnyTensor, form: SoftmaxForm): AnyTensor {
  switch (form) {
    case "shares":
      // 0 is added, but NaN if it is infinite.
      return add(largest, sub(largest, largest) as AnyTensor);
    case "quotient":
      return largest;
    case "weights":
      return where(equal(largest, Number.NEGATIVE_INFINITY), 0, largest);
  }
}
