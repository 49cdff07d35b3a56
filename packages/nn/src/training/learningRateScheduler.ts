import { describeValue, OptionError } from "@adjoint/tensor";
import type { Callback } from "./callback.ts";

/**
 * Sets the optimizer's learning rate at the start of each epoch to `rate(epoch, presentRate)`, and adds it to the logs as
 * `learningRate`. For a rate that changes from step to step give the optimizer a schedule instead.
 */
export function learningRateScheduler(rate: (epoch: number, learningRate: number) => number): Callback {
  if (typeof rate !== "function") {
    throw new OptionError(
      "learningRateScheduler",
      `rate is ${describeValue(rate)}; expected a function of the epoch and the present rate; a fixed rate is the optimizer's own`,
    );
  }
  if ("at" in rate) {
    throw new OptionError(
      "learningRateScheduler",
      "rate is a schedule of steps; expected a function of the epoch and the present rate; give the schedule to the optimizer, as its learningRate",
    );
  }
  return {
    onEpochBegin(epoch, { optimizer }) {
      optimizer.learningRate = rate(epoch, optimizer.learningRate);
    },
    onEpochEnd(_, logs, { optimizer }) {
      logs.learningRate = optimizer.learningRate;
    },
  };
}
