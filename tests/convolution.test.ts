import {
  averagePooling2d,
  convolution2d,
  dense,
  flatten,
  layerNormalization,
  maxPooling2d,
  sequential,
} from "@adjoint/nn";
import { square, tanh } from "@adjoint/ops";
import { type AnyTensor, gradients, random, sum, tensor } from "@adjoint/tensor";
import { gradcheck, gradgradcheck } from "@adjoint/testing";
import { describe, expect, test } from "vitest";

const options = { dtype: "float64" } as const;

/** A net with every kind of layer for images, and its parameters as arguments of a function. */
function network() {
  const key = (n: number): random.Key => random.key(n);
  return sequential(
    convolution2d(2, 4, 3, { groups: 2, padding: "same", key: key(1), ...options }),
    tanh,
    maxPooling2d({ kernelSize: 3, stride: 2, padding: 1 }),
    convolution2d(4, 3, [2, 1], { dilation: [1, 2], key: key(2), ...options }),
    averagePooling2d({ kernelSize: [1, 2], padding: "same", countIncludePad: false }),
    flatten(),
    layerNormalization(12, options),
    dense(12, 2, { key: key(3), ...options }),
  );
}

describe("a small convolutional net", () => {
  const x = random.normal(random.key(4), [2, 2, 5, 5], options) as AnyTensor;

  test("has the gradient of central differences, and so has its gradient", () => {
    const model = network() as unknown as (x: AnyTensor) => AnyTensor;
    gradcheck((images) => model(images), [x]);
    gradgradcheck((images) => model(images), [x]);
  });

  test("by its parameters too", () => {
    const model = network();
    const call = model as unknown as (x: AnyTensor) => AnyTensor;
    const loss = (): AnyTensor => sum(square(call(x))) as AnyTensor;
    const parameters = model.parameters();
    const slopes = gradients(loss() as never, parameters as never) as unknown as readonly AnyTensor[];
    const step = 2 ** -17;
    parameters.forEach((one, i) => {
      const before = one.toTypedArray().slice();
      const at = (shift: number): number => {
        const moved = before.slice();
        moved[0] += shift;
        one.assign(tensor(moved, one.shape) as never);
        return loss().item() as number;
      };
      const slope = (at(step) - at(-step)) / (2 * step);
      one.assign(tensor(before, one.shape) as never);
      const found = slopes[i].toTypedArray()[0];
      // The differences are off by step² times a third derivative, and by 2⁻⁵³ / step.
      expect(Math.abs(found - slope)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(slope)));
    });
  });
});
