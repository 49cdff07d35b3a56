import { add, mul, sub } from "@adjoint/tensor";
import { type AdamHyperparameters, type AdamOptions, adamDefaults, adamRanges, adamStep } from "./adam.ts";
import { hidesSubnormals } from "./flushSubnormals.ts";
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
    flushes: hidesSubnormals,
    rule(hyperparameters, step) {
      const stepOf = adamStep(hyperparameters, step);
      const decay = mul(step.rate, hyperparameters.weightDecay);
      return (w, g) => sub(w, add(stepOf(g), mul(decay, w)));
    },
  });
}
