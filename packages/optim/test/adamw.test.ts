import { mul, parameter, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { type AdamOptions, adamw } from "../src/index.ts";
import { expectTrajectory, type PlainStep, problems } from "./problems.ts";

/** The algorithm in the documentation of torch.optim.AdamW. */
function plainAdamw({
  learningRate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-7,
  weightDecay = 0.01,
  amsgrad = false,
}: AdamOptions): PlainStep {
  return (t, w, g, state) => {
    state.m ??= w.map(() => 0);
    state.v ??= w.map(() => 0);
    state.largest ??= w.map(() => 0);
    const { m, v, largest } = state;
    for (let i = 0; i < w.length; i++) {
      w[i] -= (learningRate as number) * weightDecay * w[i];
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2;
      const mHat = m[i] / (1 - beta1 ** t);
      if (amsgrad) largest[i] = Math.max(largest[i], v[i]);
      const vHat = (amsgrad ? largest[i] : v[i]) / (1 - beta2 ** t);
      w[i] -= ((learningRate as number) * mHat) / (Math.sqrt(vHat) + epsilon);
    }
  };
}

const variants: readonly AdamOptions[] = [
  {},
  { learningRate: 0.05, weightDecay: 0.3 },
  { learningRate: 0.1, weightDecay: 0, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 },
  { learningRate: 0.3, beta2: 0.7, amsgrad: true, weightDecay: 0.1 },
];

describe("adamw", () => {
  describe.for(problems)("on $name", (problem) => {
    test.for(variants)("the first 20 steps are PyTorch's, with %o", (options) => {
      expectTrajectory(problem, (weights) => adamw(weights, options), plainAdamw(options));
    });
  });

  test("with no gradient the weight decays by the learning rate times the weight decay", () => {
    const w = parameter(tensor(1, { dtype: "float64" }));
    adamw([w], { learningRate: 0.5, weightDecay: 0.25 }).minimize(mul(w, 0));
    expect(w.item()).toBe(0.875);
  });
});
