import { type AnyTensor, mul, sub, sum, where } from "@adjoint/tensor";
import { firstLargest } from "./firstLargest.ts";
import { countOf } from "./reduction.ts";

/**
 * `yᵢ (ȳᵢ − Σⱼ ȳⱼ yⱼ)`: the gradient of a softmax with result `y`.
 *
 * Numerics: adding a constant to ȳ changes nothing, so that the cotangent of the largest yₖ is made 0 first. Else, where yₖ rounds
 * to 1, both terms are ȳₖ and their difference is lost: softmax([20, 0])₀ has the derivative 2e-9, not 0, in float32 too.
 */
export function softmaxGradient(y: AnyTensor, cotangent: AnyTensor, axes: readonly number[]): AnyTensor {
  if (countOf(y.shape, axes) === 0) return y;
  const atLargest: AnyTensor = where(firstLargest(y, axes), cotangent, 0);
  const relative: AnyTensor = sub(cotangent, total(atLargest, axes));
  return mul(y, sub(relative, total(mul(relative, y), axes)) as AnyTensor);
}

function total(x: AnyTensor, axes: readonly number[]): AnyTensor {
  return sum(x, { axis: axes, keepDims: true });
}
