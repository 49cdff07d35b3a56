import { mul, parameter, sum, tensor } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { type AdamOptions, adam } from "../src/index.ts";
import { expectTrajectory, type PlainStep, problems } from "./problems.ts";

/** The algorithm in the documentation of torch.optim.Adam. */
function plainAdam({
  learningRate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-7,
  weightDecay = 0,
  amsgrad = false,
}: AdamOptions): PlainStep {
  return (t, w, gradient, state) => {
    state.m ??= w.map(() => 0);
    state.v ??= w.map(() => 0);
    state.largest ??= w.map(() => 0);
    const { m, v, largest } = state;
    for (let i = 0; i < w.length; i++) {
      const g = gradient[i] + weightDecay * w[i];
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g ** 2;
      const mHat = m[i] / (1 - beta1 ** t);
      if (amsgrad) largest[i] = Math.max(largest[i], v[i]);
      const vHat = (amsgrad ? largest[i] : v[i]) / (1 - beta2 ** t);
      w[i] -= ((learningRate as number) * mHat) / (Math.sqrt(vHat) + epsilon);
    }
  };
}

const variants: readonly AdamOptions[] = [
  {},
  { learningRate: 0.05 },
  { learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 },
  { learningRate: 0.1, beta1: 0 },
  { learningRate: 0.05, weightDecay: 0.1 },
  { learningRate: 0.3, beta2: 0.7, amsgrad: true },
];

describe("adam", () => {
  describe.for(problems)("on $name", (problem) => {
    test.for(variants)("the first 20 steps are PyTorch's, with %o", (options) => {
      expectTrajectory(problem, (weights) => adam(weights, options), plainAdam(options));
    });
  });

  // 1e-5 of the step would be lost if 1 − β₂ᵗ were computed in float32.
  property.prop([fc.float({ min: Math.fround(1e-3), max: 1e6, noNaN: true }), fc.boolean()])(
    "the first float32 step is the learning rate, whatever the gradient",
    (size, isNegative) => {
      const slope = isNegative ? -size : size;
      const w = parameter(tensor(0));
      adam([w], { learningRate: 0.5, epsilon: 0 }).minimize(mul(w, slope));
      expect(Math.abs(w.item() + 0.5 * Math.sign(slope))).toBeLessThan(0.5 * 4 * 2 ** -24);
    },
  );

  property.prop([fc.integer({ min: -40, max: 40 })])(
    "scaling the loss by a power of two changes no bit when epsilon is 0",
    (exponent) => {
      const [a, b] = [1, 2 ** exponent].map((scale) => {
        const w = parameter(tensor([1, -2, 3], { dtype: "float64" }));
        const optimizer = adam([w], { learningRate: 0.1, epsilon: 0 });
        for (let i = 0; i < 5; i++) optimizer.minimize(mul(sum(mul(w, mul(w, w))), scale));
        return w.toArray();
      });
      expect(b).toEqual(a);
    },
  );
});
