import { square } from "@adjoint/ops";
import { add, div, mul, sqrt, sub } from "@adjoint/tensor";
import { hidesSubnormals } from "./flushSubnormals.ts";
import { type Optimizer, type OptimizerOptions, type OptimizerParameters, optimizer } from "./optimizer.ts";
import { nonNegative } from "./options.ts";

/** Options of {@link adagrad} that groups of parameters may have of their own. */
export interface AdagradHyperparameters {
  /** η: the learning rate is divided by `1 + (t − 1) η`. Default 0. */
  readonly learningRateDecay: number;
  /** What the sum of squared gradients starts with. Default 0. */
  readonly initialAccumulator: number;
  /** ε: added to the root. Default 1e-10. */
  readonly epsilon: number;
  /** λ: L2 penalty, added to the gradient as `λ w`. Default 0. */
  readonly weightDecay: number;
}

/** Options of {@link adagrad}. */
export type AdagradOptions = Partial<AdagradHyperparameters> & OptimizerOptions;

/**
 * Adagrad (Duchi, Hazan and Singer 2011) as PyTorch has it: `s ← s + g²`, `w ← w − γ / (1 + (t − 1) η) · g / (√s + ε)`.
 * The learning rate γ is 0.01 by default. Throws {@link OptionError}.
 */
export function adagrad(
  parameters: OptimizerParameters<AdagradHyperparameters>,
  options: AdagradOptions = {},
): Optimizer {
  return optimizer(parameters, options, {
    name: "adagrad",
    learningRate: 0.01,
    defaults: { learningRateDecay: 0, initialAccumulator: 0, epsilon: 1e-10, weightDecay: 0 },
    ranges: {
      learningRateDecay: nonNegative,
      initialAccumulator: nonNegative,
      epsilon: nonNegative,
      weightDecay: nonNegative,
    },
    flushes: hidesSubnormals,
    rule({ learningRateDecay, initialAccumulator, epsilon, weightDecay }, { t, rate, scalar, slot }) {
      const decayed =
        learningRateDecay === 0 ? rate : div(rate, scalar(add(1, mul(sub(t, 1), learningRateDecay))));
      return (w, gradient) => {
        const g = weightDecay === 0 ? gradient : add(gradient, mul(weightDecay, w));
        const s = slot("sum", (s) => add(s, square(g)), initialAccumulator);
        return sub(w, mul(decayed, div(g, add(sqrt(s), epsilon))));
      };
    },
  });
}
