import type { Callback } from "./callback.ts";

/**
 * Sets the optimizer's learning rate at the start of each epoch to `rate(epoch, presentRate)`, and adds it to the logs as
 * `learningRate`. For a rate that changes from step to step give the optimizer a schedule instead.
 */
export function learningRateScheduler(rate: (epoch: number, learningRate: number) => number): Callback {
  return {
    onEpochBegin(epoch, { optimizer }) {
      optimizer.learningRate = rate(epoch, optimizer.learningRate);
    },
    onEpochEnd(_, logs, { optimizer }) {
      logs.learningRate = optimizer.learningRate;
    },
  };
}
