import {
  adagrad,
  adam,
  adamw,
  cosineDecay,
  exponentialDecay,
  linearWarmup,
  type Optimizer,
  type Parameter,
  rmsprop,
  type Schedule,
  type Shape,
  sgd,
  stepDecay,
} from "adjoint";
import { usageError } from "./errors.ts";

/** The optimizers by name. */
export const optimizers = ["adam", "adamw", "sgd", "rmsprop", "adagrad"] as const;
/** The learning-rate schedules by name. */
export const schedules = ["constant", "cosine", "exponential", "step"] as const;

/** What decides the updates. */
export interface OptimizerOptions {
  readonly optimizer: (typeof optimizers)[number];
  readonly learningRate: number;
  readonly schedule: (typeof schedules)[number];
  readonly warmupSteps: number;
  readonly momentum: number | undefined;
  readonly weightDecay: number | undefined;
  readonly clipNorm: number | undefined;
}

/** The rate by step: the schedule over all steps, after a linear warm-up. */
function scheduleOf(
  { schedule, learningRate, warmupSteps }: OptimizerOptions,
  steps: number,
): number | Schedule {
  const after = {
    constant: () => learningRate,
    cosine: () => cosineDecay({ learningRate, decaySteps: Math.max(1, steps - warmupSteps) }),
    exponential: () =>
      exponentialDecay({ learningRate, decaySteps: Math.max(1, Math.ceil(steps / 10)), decayRate: 0.8 }),
    step: () => stepDecay({ learningRate, stepSize: Math.max(1, Math.ceil(steps / 3)), decayRate: 0.1 }),
  }[schedule]();
  return warmupSteps > 0 ? linearWarmup(after, { warmupSteps }) : after;
}

/** Makes the optimizer that the options name, for a run of `steps` steps. */
export function makeOptimizer(
  parameters: readonly Parameter<Shape, "float32">[],
  options: OptimizerOptions,
  steps: number,
): Optimizer {
  const { optimizer, momentum, weightDecay, clipNorm } = options;
  if (momentum !== undefined && optimizer !== "sgd" && optimizer !== "rmsprop") {
    throw usageError(`--momentum goes with --optimizer sgd or rmsprop, not ${optimizer}`);
  }
  const learningRate = scheduleOf(options, steps);
  const shared = { learningRate, ...(clipNorm === undefined ? {} : { clipNorm }) };
  const decay = weightDecay === undefined ? {} : { weightDecay };
  const inertia = momentum === undefined ? {} : { momentum };
  switch (optimizer) {
    case "adam":
      return adam(parameters, { ...shared, ...decay });
    case "adamw":
      return adamw(parameters, { ...shared, ...decay });
    case "sgd":
      return sgd(parameters, { ...shared, ...decay, ...inertia });
    case "rmsprop":
      return rmsprop(parameters, { ...shared, ...decay, ...inertia });
    case "adagrad":
      return adagrad(parameters, { ...shared, ...decay });
  }
}
