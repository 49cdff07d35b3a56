import { checkOptionNames, div, floor, mul, pow } from "@adjoint/tensor";
import { checkOptions, nonNegative, positive } from "./options.ts";
import { type Schedule, schedule } from "./schedule.ts";

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** γ₀: the rate of the first step. */
  readonly learningRate: number;
  /** n: in how many steps the rate is multiplied by `decayRate`. */
  readonly decaySteps: number;
  /** d: what it is multiplied by. */
  readonly decayRate: number;
  /** Only at whole multiples of n. Default false. */
  readonly staircase?: boolean;
}

/**
 * `γ₀ d^(step / n)`, with `staircase` `γ₀ d^⌊step / n⌋` (Keras's `ExponentialDecay`; PyTorch's `ExponentialLR` is n = 1).
 * Throws {@link OptionError}.
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const defaults = { learningRate: undefined, decaySteps: undefined, decayRate: undefined, staircase: false };
  checkOptionNames("exponentialDecay", options, Object.keys(defaults));
  const { learningRate, decaySteps, decayRate, staircase } = checkOptions<Required<ExponentialDecayOptions>>(
    "exponentialDecay",
    options,
    defaults,
    { learningRate: nonNegative, decaySteps: positive, decayRate: positive },
  );
  return schedule((step) => {
    const periods = div(step, decaySteps);
    return mul(learningRate, pow(decayRate, staircase ? floor(periods) : periods));
  });
}
