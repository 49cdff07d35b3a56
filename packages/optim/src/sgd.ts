import { add, equal, mul, OptionError, sub, where } from "@adjoint/tensor";
import { type Optimizer, type OptimizerOptions, type OptimizerParameters, optimizer } from "./optimizer.ts";
import { nonNegative } from "./options.ts";

/** Options of {@link sgd} that groups of parameters may have of their own. */
export interface SgdHyperparameters {
  /** μ: how much of the last step's direction is kept. Default 0: none. */
  readonly momentum: number;
  /** τ: how much of the gradient is held back from the momentum, except at the first step. Default 0. */
  readonly dampening: number;
  /** Look ahead along the momentum (Nesterov 1983). Default false. */
  readonly nesterov: boolean;
  /** λ: L2 penalty, added to the gradient as `λ w`. Default 0. */
  readonly weightDecay: number;
}

/** Options of {@link sgd}. */
export type SgdOptions = Partial<SgdHyperparameters> & OptimizerOptions;

/**
 * Stochastic gradient descent, `w ← w − γ g`, with momentum as PyTorch has it: `b ← μ b + (1 − τ) g`, `w ← w − γ b`, or with
 * Nesterov's look-ahead `w ← w − γ (g + μ b)`; at the first step `b` is `g`. Here γ is the learning rate, 0.01 by default.
 * Throws {@link OptionError}, also for `nesterov` without momentum or with dampening.
 */
export function sgd(
  parameters: OptimizerParameters<SgdHyperparameters>,
  options: SgdOptions = {},
): Optimizer {
  return optimizer(parameters, options, {
    name: "sgd",
    learningRate: 0.01,
    defaults: { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 },
    ranges: { momentum: nonNegative, weightDecay: nonNegative },
    rule({ momentum, dampening, nesterov, weightDecay }, { t, rate, slot }) {
      if (nesterov && (momentum === 0 || dampening !== 0)) {
        throw new OptionError(
          "sgd",
          `nesterov is true with momentum ${momentum} and dampening ${dampening}; expected a momentum above 0 and no dampening`,
        );
      }
      return (w, gradient) => {
        const g = weightDecay === 0 ? gradient : add(gradient, mul(weightDecay, w));
        if (momentum === 0) return sub(w, mul(rate, g));
        const b = slot("momentum", (b) => {
          const damped = add(mul(momentum, b), mul(1 - dampening, g));
          return dampening === 0 ? damped : where(equal(t, 1), g, damped);
        });
        return sub(w, mul(rate, nesterov ? add(g, mul(momentum, b)) : b));
      };
    },
  });
}
