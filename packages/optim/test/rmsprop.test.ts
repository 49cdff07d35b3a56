import { mul, parameter, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { type RmspropOptions, rmsprop } from "../src/index.ts";
import { expectTrajectory, type PlainStep, problems } from "./problems.ts";

/** The algorithm in the documentation of torch.optim.RMSprop. */
function plainRmsprop({
  learningRate = 0.01,
  alpha = 0.99,
  momentum = 0,
  epsilon = 1e-8,
  centered = false,
  weightDecay = 0,
}: RmspropOptions): PlainStep {
  return (_, w, gradient, state) => {
    state.v ??= w.map(() => 0);
    state.b ??= w.map(() => 0);
    state.mean ??= w.map(() => 0);
    const { v, b, mean } = state;
    for (let i = 0; i < w.length; i++) {
      const g = gradient[i] + weightDecay * w[i];
      v[i] = alpha * v[i] + (1 - alpha) * g ** 2;
      let vHat = v[i];
      if (centered) {
        mean[i] = alpha * mean[i] + (1 - alpha) * g;
        vHat -= mean[i] ** 2;
      }
      const direction = g / (Math.sqrt(vHat) + epsilon);
      b[i] = momentum * b[i] + direction;
      w[i] -= (learningRate as number) * (momentum > 0 ? b[i] : direction);
    }
  };
}

const variants: readonly RmspropOptions[] = [
  {},
  { learningRate: 0.05, alpha: 0.9, epsilon: 1e-3 },
  { momentum: 0.9 },
  { centered: true, alpha: 0.9 },
  { centered: true, momentum: 0.5, weightDecay: 0.1 },
];

describe("rmsprop", () => {
  describe.for(problems)("on $name", (problem) => {
    test.for(variants)("the first 20 steps are PyTorch's, with %o", (options) => {
      expectTrajectory(problem, (weights) => rmsprop(weights, options), plainRmsprop(options));
    });
  });

  test("a centered step stays a number where the estimated variance is rounded below 0", () => {
    const w = parameter(tensor(1));
    const optimizer = rmsprop([w], { learningRate: 1e-6, centered: true, alpha: 0.3, epsilon: 1 });
    // After 14 steps v and the squared mean are both 0.09, with v one unit in the last place below.
    for (let i = 0; i < 30; i++) optimizer.minimize(mul(w, 0.3));
    expect(w.item()).toBeGreaterThan(0.99);
  });
});
