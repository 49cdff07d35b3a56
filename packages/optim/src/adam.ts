import { square } from "@adjoint/ops";
import { add, div, expm1, maximum, mul, neg, sqrt, sub, type Tensor } from "@adjoint/tensor";
import { hidesSubnormals } from "./flushSubnormals.ts";
import {
  type Optimizer,
  type OptimizerOptions,
  type OptimizerParameters,
  optimizer,
  type StepContext,
} from "./optimizer.ts";
import { fraction, nonNegative, type Range } from "./options.ts";

/** Options of {@link adam} and {@link adamw} that groups of parameters may have of their own. */
export interface AdamHyperparameters {
  /** β₁: how much of its past the mean of gradients keeps. Default 0.9. */
  readonly beta1: number;
  /** β₂: how much of its past the mean of squared gradients keeps. Default 0.999. */
  readonly beta2: number;
  /** ε: added to `√v̂`. Default 1e-7, as in Keras. */
  readonly epsilon: number;
  /** λ: for `adam` an L2 penalty, added to the gradient; for `adamw` what each step takes off the weight. */
  readonly weightDecay: number;
  /** Divide by the largest `v` so far, corrected as `v̂` is (Reddi, Kale and Kumar 2018, who correct nothing). Default false. */
  readonly amsgrad: boolean;
}

/** Options of {@link adam} and {@link adamw}. */
export type AdamOptions = Partial<AdamHyperparameters> & OptimizerOptions;

/** The defaults that `adam` and `adamw` share. */
export const adamDefaults: AdamHyperparameters = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  weightDecay: 0,
  amsgrad: false,
};

/** The values that `adam` and `adamw` allow. */
export const adamRanges: { readonly [K in keyof AdamHyperparameters]?: Range } = {
  beta1: fraction,
  beta2: fraction,
  epsilon: nonNegative,
  weightDecay: nonNegative,
};

/**
 * The step of Adam: `γ m̂ / (√v̂ + ε)` of a parameter's gradient, as `(γ / (1 − β₁ᵗ)) m / (√v / √(1 − β₂ᵗ) + ε)`: a division and a root
 * for each element where the formula as written has three and a root.
 */
export function adamStep(
  { beta1, beta2, epsilon, amsgrad }: AdamHyperparameters,
  { t, rate, scalar, slot }: StepContext,
): (g: Tensor) => Tensor {
  // 1 − β₁ᵗ; in float32 `1 - 0.999` is off by 1e-5
  const stepSize = div(rate, scalar(neg(expm1(mul(t, Math.log(beta1))))));
  const correction2 = scalar(div(1, sqrt(neg(expm1(mul(t, Math.log(beta2)))))) as typeof t);
  return (g) => {
    const m = slot("m", (m) => add(mul(beta1, m), mul(1 - beta1, g)));
    const v = slot("v", (v) => add(mul(beta2, v), mul(1 - beta2, square(g))));
    const largest = amsgrad ? slot("vMax", (vMax) => maximum(vMax, v)) : v;
    return mul(stepSize, div(m, add(mul(sqrt(largest), correction2), epsilon)));
  };
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1): steps of about `learningRate` (0.001) per weight, whatever the gradient's scale.
 * `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)`, `w ← w − γ m̂ / (√v̂ + ε)`.
 * Weight decay is an L2 penalty, `g + λ w`; {@link adamw} has the decoupled one. Throws {@link OptionError}.
 */
export function adam(
  parameters: OptimizerParameters<AdamHyperparameters>,
  options: AdamOptions = {},
): Optimizer {
  return optimizer(parameters, options, {
    name: "adam",
    learningRate: 1e-3,
    defaults: adamDefaults,
    ranges: adamRanges,
    flushes: hidesSubnormals,
    rule(hyperparameters, step) {
      const { weightDecay } = hyperparameters;
      const stepOf = adamStep(hyperparameters, step);
      return (w, g) => sub(w, stepOf(weightDecay === 0 ? g : add(g, mul(weightDecay, w))));
    },
  });
}
