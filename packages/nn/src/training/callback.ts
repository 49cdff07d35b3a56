import type { Optimizer } from "@adjoint/optim";
import { describeValue, nearestName, OptionError } from "@adjoint/tensor";
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

const hooks: Record<keyof Callback, true> = {
  onTrainBegin: true,
  onEpochBegin: true,
  onBatchEnd: true,
  onEpochEnd: true,
  onTrainEnd: true,
};

/** The names of an object's properties, those of its class among them. */
function namesOf(object: object): string[] {
  const names: string[] = [];
  for (let one = object; one !== null && one !== Object.prototype; one = Object.getPrototypeOf(one))
    names.push(...Object.getOwnPropertyNames(one));
  return names;
}

/** Throws `OptionError` unless these are callbacks in a list; a misspelt one would never be called. */
export function checkCallbacks(callbacks: unknown): void {
  const known = Object.keys(hooks);
  if (!Array.isArray(callbacks))
    throw new OptionError(
      "fit",
      `callbacks is ${describeValue(callbacks)}; expected a list, such as [earlyStopping()]`,
    );
  callbacks.forEach((callback: unknown, i) => {
    if (typeof callback !== "object" || callback === null) {
      throw new OptionError(
        "fit",
        `callbacks[${i}] is ${describeValue(callback)}; expected an object with functions, such as { onEpochEnd(epoch, logs) {} }`,
      );
    }
    const unknown = namesOf(callback).find((name) => /^on[A-Z_]/.test(name) && !known.includes(name));
    if (unknown === undefined) return;
    const nearest = nearestName(unknown, known);
    const wayOut = nearest === undefined ? `expected one of ${known.join(", ")}` : `did you mean ${nearest}?`;
    throw new OptionError("fit", `callbacks[${i}] has ${unknown}, which is never called; ${wayOut}`);
  });
}
