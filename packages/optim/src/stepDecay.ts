import { checkOptionNames, div, floor, mul, pow } from "@adjoint/tensor";
import { checkOptions, count, nonNegative, positive } from "./options.ts";
import { type Schedule, schedule } from "./schedule.ts";

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** γ₀: the rate of the first steps. */
  readonly learningRate: number;
  /** n: how many steps the rate stays the same. */
  readonly stepSize: number;
  /** d: what the rate is multiplied by after them. Default 0.1. */
  readonly decayRate?: number;
}

/**
 * `γ₀ d^⌊step / n⌋`: the rate falls in stairs (PyTorch's `StepLR`, where `d` is called gamma).
 * Throws {@link OptionError}.
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const defaults = { learningRate: undefined, stepSize: undefined, decayRate: 0.1 };
  checkOptionNames("stepDecay", options, Object.keys(defaults));
  const { learningRate, stepSize, decayRate } = checkOptions<Required<StepDecayOptions>>(
    "stepDecay",
    options,
    defaults,
    { learningRate: nonNegative, stepSize: count, decayRate: positive },
  );
  return schedule((step) => mul(learningRate, pow(decayRate, floor(div(step, stepSize)))));
}
