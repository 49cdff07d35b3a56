import { type AnyTensor, sub } from "@adjoint/tensor";
import { mean } from "./mean.ts";

/**
 * `x` less its mean along `axes`. Twice, since the mean is rounded: of [1, 1 + 2⁻²³] it is 1 in float32, and the variance
 * would be twice what it is. The second mean is of small numbers and takes the error of the first away
 * (Chan, Golub and LeVeque 1983).
 */
export function centred(x: AnyTensor, axes: readonly number[]): AnyTensor {
  const once: AnyTensor = sub(x, mean(x, { axis: axes, keepDims: true }));
  return sub(once, mean(once, { axis: axes, keepDims: true }));
}
