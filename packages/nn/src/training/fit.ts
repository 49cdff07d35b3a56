import { describeValue, OptionError, random } from "@adjoint/tensor";
import type { AnyLayer } from "../layer.ts";
import { checkOptions, checkWhole } from "../options.ts";
import { nextKey } from "../seed.ts";
import { breathe } from "./breathe.ts";
import { type Callback, checkCallbacks, type Logs, type Training } from "./callback.ts";
import { type Data, type LabelledData, labelled, splitLast } from "./data.ts";
import { logging } from "./logging.ts";
import type { TrainingSetup } from "./setup.ts";

/** Options of `model.fit`. */
export interface FitOptions {
  /** How often all rows are seen. Default 1. */
  readonly epochs?: number;
  /** Rows in a step; the last step of an epoch takes what is left. Default 32. */
  readonly batchSize?: number;
  /** Inputs and labels to evaluate on after each epoch, reported as `validationLoss` and so on. */
  readonly validationData?: readonly [x: Data, y: Data];
  /** Or the share of the rows to take for it: the last ones, before any shuffling. */
  readonly validationSplit?: number;
  /** Another random order in each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Decides the orders. Default: the next key of the stream that `setSeed` starts. */
  readonly seed?: number;
  /** Called in their order. */
  readonly callbacks?: readonly Callback[];
  /** A line for each epoch. Default false. */
  readonly verbose?: boolean;
}

const optionNames: Record<keyof FitOptions, true> = {
  epochs: true,
  batchSize: true,
  validationData: true,
  validationSplit: true,
  shuffle: true,
  seed: true,
  callbacks: true,
  verbose: true,
};

/** What `fit` returns. */
export interface History {
  /** The epochs that were completed, from 0. */
  readonly epoch: readonly number[];
  /** The values of each epoch by name: `history.loss[3]` is that of the fourth. NaN where an epoch has none. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** A callback ended the training early. */
  readonly stopped: boolean;
}

/** Options of `model.evaluate`. */
export interface EvaluateOptions {
  /** Rows in a step. It changes nothing but speed and memory. Default 32. */
  readonly batchSize?: number;
}

/** The loss and metrics over all rows, in inference. */
export async function evaluateOn(setup: TrainingSetup, rows: LabelledData, batchSize: number): Promise<Logs> {
  let totals: ReturnType<TrainingSetup["begin"]> | undefined;
  for (const [x, y] of rows.batches({ batchSize })) {
    totals = setup.testStep(x, y, totals ?? setup.begin(x, y));
    await breathe();
  }
  return { ...setup.logs(totals as NonNullable<typeof totals>) };
}

/** Trains a model; see `Model.fit`. */
export async function fit(
  model: AnyLayer,
  setup: TrainingSetup,
  x: Data,
  y: Data,
  options: FitOptions,
): Promise<History> {
  checkOptions("fit", options, optionNames);
  const { epochs = 1, batchSize = 32, shuffle = true, seed, validationData, validationSplit } = options;
  checkWhole("fit", "epochs", epochs, 0);
  checkWhole("fit", "batchSize", batchSize, 1);
  if (validationData !== undefined && validationSplit !== undefined)
    throw new OptionError("fit", "validationData and validationSplit are both given; expected at most one");
  if (validationData !== undefined && !(Array.isArray(validationData) && validationData.length === 2)) {
    throw new OptionError(
      "fit",
      `validationData is ${describeValue(validationData)}; expected inputs and labels, [x, y]`,
    );
  }
  const { callbacks: given = [] } = options;
  checkCallbacks(given);
  const all = labelled("fit", x, y);
  const [rows, validation] =
    validationSplit !== undefined
      ? splitLast(all, validationSplit)
      : [all, validationData && labelled("fit", validationData[0], validationData[1])];
  const key = shuffle ? (seed === undefined ? nextKey() : random.key(seed)) : undefined;
  const callbacks = [...given, ...(options.verbose ? [logging()] : [])];

  let isStopped = false;
  const training: Training = {
    model,
    optimizer: setup.optimizer,
    epochs,
    steps: Math.ceil(rows.length / batchSize),
    stop() {
      isStopped = true;
    },
  };

  /** The logs of an epoch, or undefined when it was stopped on the way. */
  async function runEpoch(epoch: number): Promise<Logs | undefined> {
    let totals: ReturnType<TrainingSetup["begin"]> | undefined;
    let step = 0;
    for (const [batchX, batchY] of rows.batches({ batchSize, shuffle: key, epoch })) {
      totals = setup.trainStep(batchX, batchY, totals ?? setup.begin(batchX, batchY));
      for (const callback of callbacks) await callback.onBatchEnd?.(step, setup.logs(totals), training);
      if (isStopped) return undefined;
      step++;
      await breathe();
    }
    const logs: Logs = { ...setup.logs(totals as NonNullable<typeof totals>) };
    if (validation !== undefined) {
      for (const [name, value] of Object.entries(await evaluateOn(setup, validation, batchSize)))
        logs[`validation${name[0].toUpperCase()}${name.slice(1)}`] = value;
    }
    return logs;
  }

  const epochsDone: number[] = [];
  const history: Record<string, number[]> = {};
  for (const callback of callbacks) await callback.onTrainBegin?.(training);
  for (let epoch = 0; epoch < epochs && !isStopped; epoch++) {
    for (const callback of callbacks) await callback.onEpochBegin?.(epoch, training);
    if (isStopped) break;
    const logs = await runEpoch(epoch);
    if (logs === undefined) break;
    for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, training);
    epochsDone.push(epoch);
    for (const name of new Set([...Object.keys(history), ...Object.keys(logs)])) {
      history[name] ??= new Array<number>(epochsDone.length - 1).fill(Number.NaN);
      history[name].push(logs[name] ?? Number.NaN);
    }
  }
  for (const callback of callbacks) await callback.onTrainEnd?.(training);
  return { epoch: epochsDone, history, stopped: isStopped };
}
