import { add, mul, sub } from "@adjoint/tensor";
import {
  type AdamHyperparameters,
  type AdamOptions,
  adamDefaults,
  adamDirection,
  adamRanges,
} from "./adam.ts";
import { type Optimizer, type OptimizerParameters, optimizer } from "./optimizer.ts";

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): `w ← w − γ (m̂ / (√v̂ + ε) + λ w)`, so that all weights
 * decay alike, whatever their gradients' scale. `weightDecay` λ is 0.01 by default, the others as in {@link adam}.
 * Throws {@link OptionError}.
 */
export function adamw(
  parameters: OptimizerParameters<AdamHyperparameters>,
  options: AdamOptions = {},
): Optimizer {
  return optimizer(parameters, options, {
    name: "adamw",
    learningRate: 1e-3,
    defaults: { ...adamDefaults, weightDecay: 0.01 },
    ranges: adamRanges,
    rule(hyperparameters, step) {
      const { rate } = step;
      const direction = adamDirection(hyperparameters, step);
      return (w, g) => sub(w, mul(rate, add(direction(g), mul(hyperparameters.weightDecay, w))));
    },
  });
}
