import { parameter, tensor } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { type SgdOptions, sgd } from "../src/index.ts";
import { expectTrajectory, type PlainStep, problems } from "./problems.ts";

/** The algorithm in the documentation of torch.optim.SGD. */
function plainSgd({
  learningRate = 0.01,
  momentum = 0,
  dampening = 0,
  nesterov = false,
  weightDecay = 0,
}: SgdOptions): PlainStep {
  return (t, w, gradient, state) => {
    for (let i = 0; i < w.length; i++) {
      let g = gradient[i] + weightDecay * w[i];
      if (momentum !== 0) {
        state.b ??= [];
        state.b[i] = t > 1 ? momentum * state.b[i] + (1 - dampening) * g : g;
        g = nesterov ? g + momentum * state.b[i] : state.b[i];
      }
      w[i] -= (learningRate as number) * g;
    }
  };
}

const variants: readonly SgdOptions[] = [
  {},
  { learningRate: 0.05 },
  { learningRate: 0.02, momentum: 0.9 },
  { learningRate: 0.02, momentum: 0.9, dampening: 0.3 },
  { learningRate: 0.02, momentum: 0.9, nesterov: true },
  { learningRate: 0.02, momentum: 0.5, nesterov: true, weightDecay: 0.1 },
  { learningRate: 0.05, weightDecay: 0.2 },
];

describe("sgd", () => {
  describe.for(problems)("on $name", (problem) => {
    test.for(variants)("the first 20 steps are PyTorch's, with %o", (options) => {
      expectTrajectory(problem, (weights) => sgd(weights, options), plainSgd(options));
    });
  });

  test("nesterov needs momentum without dampening", () => {
    const w = parameter(tensor(1));
    expect(() => sgd([w], { nesterov: true })).toThrow(
      "sgd: nesterov is true with momentum 0 and dampening 0; expected a momentum above 0 and no dampening",
    );
    expect(() => sgd([w], { nesterov: true, momentum: 0.9, dampening: 0.1 })).toThrow(
      "sgd: nesterov is true with momentum 0.9 and dampening 0.1; expected a momentum above 0 and no dampening",
    );
  });
});
