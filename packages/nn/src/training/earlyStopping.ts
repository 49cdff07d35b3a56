import { OptionError } from "@adjoint/tensor";
import { checkOptions, checkWhole } from "../options.ts";
import type { StateDict } from "../state.ts";
import type { Callback } from "./callback.ts";

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** The value in the logs that is watched. Default `"validationLoss"`. */
  readonly monitor?: string;
  /** After this many epochs without improvement it ends; 0 and 1 do at the first. Default 0, as in Keras. */
  readonly patience?: number;
  /** An improvement is more than this. Default 0. */
  readonly minDelta?: number;
  /** Whether small or large values are good. Default `"auto"`: accuracy, precision, recall and f1 large, all others small. */
  readonly mode?: "auto" | "min" | "max";
  /** At the end give the parameters the values of the best epoch. Default false: those of the last. */
  readonly restoreBest?: boolean;
}

/** A callback that ends the training when it no longer helps. */
export interface EarlyStopping extends Callback {
  /** The epoch of the best value, and that value; undefined before the first epoch. */
  readonly best: { readonly epoch: number; readonly value: number } | undefined;
}

const optionNames: Record<keyof EarlyStoppingOptions, true> = {
  monitor: true,
  patience: true,
  minDelta: true,
  mode: true,
  restoreBest: true,
};

/**
 * Ends the training when the monitored value has not improved for `patience` epochs. NaN is no improvement.
 * With `restoreBest` the model ends with the parameters of its best epoch, also when all epochs were run.
 * Throws `OptionError`, and when called, if the value is not in the logs.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  const op = "earlyStopping";
  checkOptions(op, options, optionNames);
  const {
    monitor = "validationLoss",
    patience = 0,
    minDelta = 0,
    mode = "auto",
    restoreBest = false,
  } = options;
  checkWhole(op, "patience", patience, 0);
  if (!(minDelta >= 0)) throw new OptionError(op, `minDelta is ${minDelta}; expected a number from 0`);
  if (!["auto", "min", "max"].includes(mode))
    throw new OptionError(op, `mode is ${JSON.stringify(mode)}; expected "auto", "min" or "max"`);
  const isLargeGood = mode === "max" || (mode === "auto" && /(accuracy|precision|recall|f1)$/i.test(monitor));
  const sign = isLargeGood ? -1 : 1;
  let best: EarlyStopping["best"];
  let bestState: StateDict | undefined;
  let waited = 0;
  return {
    get best() {
      return best;
    },
    onTrainBegin() {
      best = undefined;
      bestState = undefined;
      waited = 0;
    },
    onEpochEnd(epoch, logs, { model, stop }) {
      if (!(monitor in logs)) {
        const wayOut = monitor.startsWith("validation") ? "; give fit validationData or validationSplit" : "";
        throw new OptionError(
          op,
          `${JSON.stringify(monitor)} is not among ${Object.keys(logs).join(", ")}${wayOut}`,
        );
      }
      const value = logs[monitor];
      if (best === undefined ? !Number.isNaN(value) : sign * (best.value - value) > minDelta) {
        best = { epoch, value };
        waited = 0;
        if (restoreBest) bestState = model.stateDict();
        return;
      }
      waited++;
      if (waited >= patience) stop();
    },
    onTrainEnd({ model }) {
      if (bestState !== undefined) model.loadStateDict(bestState);
    },
  };
}
