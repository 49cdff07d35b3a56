import type { Optimizer } from "@adjoint/optim";
import type { AnyLayer } from "../layer.ts";

/** Values by name: `loss`, those of the metrics, and the same of the validation data as `validationLoss` and so on. */
export type Logs = Record<string, number>;

/** The training that a callback is called in. */
export interface Training {
  readonly model: AnyLayer;
  readonly optimizer: Optimizer;
  /** The number of epochs that were asked for. */
  readonly epochs: number;
  /** The number of steps in an epoch. */
  readonly steps: number;
  /** Ends the training: after this epoch, or after this step when called in one; that epoch then stays out of the history. */
  stop(): void;
}

/** What is called in the course of `fit`. Each may return a promise, which is awaited. */
export interface Callback {
  onTrainBegin?(training: Training): void | Promise<void>;
  /** Epochs and steps count from 0. */
  onEpochBegin?(epoch: number, training: Training): void | Promise<void>;
  /** The logs are of the epoch so far; reading one waits for the step, not reading any does not. */
  onBatchEnd?(step: number, logs: Readonly<Logs>, training: Training): void | Promise<void>;
  /** What is added to the logs is in the history too. */
  onEpochEnd?(epoch: number, logs: Logs, training: Training): void | Promise<void>;
  /** Called last, also after {@link Training.stop}, but not when training failed. */
  onTrainEnd?(training: Training): void | Promise<void>;
}
