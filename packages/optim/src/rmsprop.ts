import { square } from "@adjoint/ops";
import { add, div, maximum, mul, sqrt, sub } from "@adjoint/tensor";
import { hidesSubnormals } from "./flushSubnormals.ts";
import { type Optimizer, type OptimizerOptions, type OptimizerParameters, optimizer } from "./optimizer.ts";
import { fraction, nonNegative } from "./options.ts";

/** Options of {@link rmsprop} that groups of parameters may have of their own. */
export interface RmspropHyperparameters {
  /** α: how much of its past the mean of squared gradients keeps. Default 0.99. */
  readonly alpha: number;
  /** μ: how much of the last step's direction is kept. Default 0: none. */
  readonly momentum: number;
  /** ε: added to the root. Default 1e-8. */
  readonly epsilon: number;
  /** Divide by the estimated standard deviation rather than by the root mean square (Graves 2013). Default false. */
  readonly centered: boolean;
  /** λ: L2 penalty, added to the gradient as `λ w`. Default 0. */
  readonly weightDecay: number;
}

/** Options of {@link rmsprop}. */
export type RmspropOptions = Partial<RmspropHyperparameters> & OptimizerOptions;

/**
 * RMSprop (Tieleman and Hinton 2012) as PyTorch has it: `v ← α v + (1 − α) g²`, `w ← w − γ g / (√v + ε)`, with momentum
 * `b ← μ b + g / (√v + ε)`, `w ← w − γ b`; centered with `v − ḡ²` in place of `v`, where `ḡ ← α ḡ + (1 − α) g`.
 * The learning rate γ is 0.01 by default. Numerics: where rounding makes `v − ḡ²` negative, it counts as 0.
 * Throws {@link OptionError}.
 */
export function rmsprop(
  parameters: OptimizerParameters<RmspropHyperparameters>,
  options: RmspropOptions = {},
): Optimizer {
  return optimizer(parameters, options, {
    name: "rmsprop",
    learningRate: 0.01,
    defaults: { alpha: 0.99, momentum: 0, epsilon: 1e-8, centered: false, weightDecay: 0 },
    ranges: { alpha: fraction, momentum: nonNegative, epsilon: nonNegative, weightDecay: nonNegative },
    flushes: hidesSubnormals,
    rule:
      ({ alpha, momentum, epsilon, centered, weightDecay }, { rate, slot }) =>
      (w, gradient) => {
        const g = weightDecay === 0 ? gradient : add(gradient, mul(weightDecay, w));
        let v = slot("v", (v) => add(mul(alpha, v), mul(1 - alpha, square(g))));
        if (centered) {
          const mean = slot("mean", (mean) => add(mul(alpha, mean), mul(1 - alpha, g)));
          v = maximum(sub(v, square(mean)), 0);
        }
        const direction = div(g, add(sqrt(v), epsilon));
        if (momentum === 0) return sub(w, mul(rate, direction));
        return sub(
          w,
          mul(
            rate,
            slot("momentum", (b) => add(mul(momentum, b), direction)),
          ),
        );
      },
  });
}
