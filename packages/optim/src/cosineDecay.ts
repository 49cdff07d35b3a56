import {
  add,
  checkOptionNames,
  cos,
  div,
  floor,
  log,
  maximum,
  minimum,
  mul,
  pow,
  sub,
} from "@adjoint/tensor";
import { checkNumber, checkOptions, nonNegative, positive, proportion, type Range } from "./options.ts";
import { type Scalar, type Schedule, schedule } from "./schedule.ts";

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** γ₀: the rate of the first step. */
  readonly learningRate: number;
  /** n: the step at which the rate has come down; with restarts, the length of the first period. */
  readonly decaySteps: number;
  /** α: the lowest rate, as a proportion of γ₀. Default 0. */
  readonly alpha?: number;
  /** Go back up after each period. Default: stay at the lowest rate. */
  readonly restarts?: {
    /** Each period is so many times as long as the one before. Default 1. */
    readonly periodFactor?: number;
    /** Each period starts so many times as high above the lowest rate as the one before. Default 1. */
    readonly rateFactor?: number;
  };
}

const growth: Range = {
  expected: "a number of at least 1",
  holds: (x) => x >= 1 && x < Number.POSITIVE_INFINITY,
};

/**
 * `γ₀ (α + (1 − α) ½ (1 + cos(π p)))` with `p = min(step, n) / n`: down along half a cosine (Keras's `CosineDecay`).
 * With `restarts` p is the part of the present period that has passed, and the cosine part, what is above α γ₀, is
 * multiplied by `rateFactor` at each restart (Loshchilov and Hutter 2017; Keras's `CosineDecayRestarts`).
 * Throws {@link OptionError}.
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const defaults = { learningRate: undefined, decaySteps: undefined, alpha: 0 };
  checkOptionNames("cosineDecay", options, [...Object.keys(defaults), "restarts"]);
  const { restarts, ...given } = options;
  const { learningRate, decaySteps, alpha } = checkOptions<Required<Omit<CosineDecayOptions, "restarts">>>(
    "cosineDecay",
    given,
    defaults,
    { learningRate: nonNegative, decaySteps: positive, alpha: proportion },
  );
  if (restarts !== undefined)
    checkOptionNames("cosineDecay: restarts", restarts, ["periodFactor", "rateFactor"]);
  const { periodFactor = 1, rateFactor = 1 } = restarts ?? {};
  checkNumber("cosineDecay", "restarts.periodFactor", periodFactor, growth);
  checkNumber("cosineDecay", "restarts.rateFactor", rateFactor, positive);
  return schedule((step) => {
    const completed = div(step, decaySteps);
    if (restarts === undefined)
      return mul(learningRate, add(alpha, mul(1 - alpha, halfCosine(minimum(completed, 1)))));
    const { period, passed } = periodOf(completed, periodFactor);
    const height = mul(1 - alpha, pow(rateFactor, period));
    return mul(learningRate, add(alpha, mul(height, halfCosine(passed))));
  });
}

/** From 1 down to 0. */
function halfCosine(passed: Scalar): Scalar {
  return mul(0.5, add(1, cos(mul(Math.PI, passed))));
}

/** The number of the present period, and what part of it has passed, at `completed` times the first period's length. */
function periodOf(completed: Scalar, factor: number): { period: Scalar; passed: Scalar } {
  if (factor === 1) {
    const period = floor(completed);
    return { period, passed: sub(completed, period) };
  }
  // Period i starts at (factorⁱ − 1) / (factor − 1). The logarithm may fall just short of a whole number at a restart;
  // the 1e-9 is above its rounding and below one step of any period that is run.
  const exponent = div(log(add(1, mul(completed, factor - 1))), Math.log(factor));
  const period = floor(add(exponent, 1e-9));
  const length = pow(factor, period);
  const start = div(sub(length, 1), factor - 1);
  return { period, passed: maximum(div(sub(completed, start), length), 0) };
}
