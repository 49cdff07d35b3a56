import { type AnyTensor, mul, stopGradient, sub, sum, where } from "@adjoint/tensor";
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
  const relative = axes.length === 1 ? sub(cotangent, atLargest(y, cotangent, axes[0])) : cotangent;
  const expected = sum(mul(relative, y), { axis: axes, keepDims: true });
  return mul(y, sub(relative as AnyTensor, expected as AnyTensor)) as AnyTensor;
}

function atLargest(y: AnyTensor, cotangent: AnyTensor, axis: number): AnyTensor {
  const chosen = where(firstLargest(y, axis), cotangent, 0);
  return stopGradient(sum(chosen as AnyTensor, { axis, keepDims: true })) as AnyTensor;
}
