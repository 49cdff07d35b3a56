import { describe, test } from "vitest";
import { type AdagradOptions, adagrad } from "../src/index.ts";
import { expectTrajectory, type PlainStep, problems } from "./problems.ts";

/** The algorithm in the documentation of torch.optim.Adagrad. */
function plainAdagrad({
  learningRate = 0.01,
  learningRateDecay = 0,
  initialAccumulator = 0,
  epsilon = 1e-10,
  weightDecay = 0,
}: AdagradOptions): PlainStep {
  return (t, w, gradient, state) => {
    state.sum ??= w.map(() => initialAccumulator);
    const { sum } = state;
    const rate = (learningRate as number) / (1 + (t - 1) * learningRateDecay);
    for (let i = 0; i < w.length; i++) {
      const g = gradient[i] + weightDecay * w[i];
      sum[i] += g ** 2;
      w[i] -= (rate * g) / (Math.sqrt(sum[i]) + epsilon);
    }
  };
}

const variants: readonly AdagradOptions[] = [
  {},
  { learningRate: 0.3 },
  { learningRate: 0.3, learningRateDecay: 0.1, weightDecay: 0.05 },
  { learningRate: 0.2, initialAccumulator: 0.1, epsilon: 1e-3 },
];

describe("adagrad", () => {
  describe.for(problems)("on $name", (problem) => {
    test.for(variants)("the first 20 steps are PyTorch's, with %o", (options) => {
      expectTrajectory(problem, (weights) => adagrad(weights, options), plainAdagrad(options));
    });
  });
});
