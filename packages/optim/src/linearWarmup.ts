import {
  add,
  checkOptionNames,
  describeValue,
  div,
  full,
  less,
  maximum,
  mul,
  OptionError,
  sub,
  where,
} from "@adjoint/tensor";
import { constant } from "./constant.ts";
import { checkOptions, count, nonNegative } from "./options.ts";
import { asSchedule, type LearningRate, type Schedule, schedule } from "./schedule.ts";

/** Options of {@link linearWarmup}. */
export interface LinearWarmupOptions {
  /** n: how many steps it takes. */
  readonly warmupSteps: number;
  /** γ₀: the rate of the first step. Default 0. */
  readonly initialRate?: number;
}

/**
 * A straight line from γ₀ to the first rate of another schedule (or a fixed rate), which follows then as if it started at
 * step n: `γ₀ + (after(0) − γ₀) step / n` for `step < n`, `after(step − n)` from there on (Goyal et al. 2017).
 * Throws {@link OptionError}.
 */
export function linearWarmup(after: LearningRate, options: LinearWarmupOptions): Schedule {
  const defaults = { warmupSteps: undefined, initialRate: 0 };
  checkOptionNames("linearWarmup", options, Object.keys(defaults));
  const { warmupSteps, initialRate } = checkOptions<Required<LinearWarmupOptions>>(
    "linearWarmup",
    options,
    defaults,
    { warmupSteps: count, initialRate: nonNegative },
  );
  if (typeof after !== "number" && typeof after !== "function") {
    throw new OptionError(
      "linearWarmup",
      `after is ${describeValue(after)}; expected a learning rate, a number or a schedule`,
    );
  }
  const next = typeof after === "number" ? constant(after) : asSchedule(after);
  return schedule((step) => {
    const target = next(full([], 0, { dtype: "float64" }));
    const warming = add(initialRate, mul(sub(target, initialRate), div(step, warmupSteps)));
    return where(less(step, warmupSteps), warming, next(maximum(sub(step, warmupSteps), 0)));
  });
}
