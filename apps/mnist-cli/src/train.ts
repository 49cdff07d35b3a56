import { cast, compile, sum, type Tensor } from "adjoint";
import { checkWritable } from "./atomic-write.ts";
import { CommandError, usageError } from "./errors.ts";
import type { Interrupt } from "./interrupt.ts";
import { readMnistFiles } from "./mnist-files.ts";
import { loadNetwork, noNumber, saveNetwork } from "./model-file.ts";
import {
  buildNetwork,
  checkPixels,
  isRight,
  type LossOptions,
  layersOf,
  lossOf,
  type Network,
  type NetworkOptions,
} from "./network.ts";
import { makeOptimizer, type OptimizerOptions } from "./optimizers.ts";
import type { EpochRecord, Reporter } from "./reporter.ts";
import { type Digit, type Digits, digits, score } from "./scoring.ts";

/** The options of `mnist train`. */
export interface TrainOptions extends OptimizerOptions, Partial<Omit<NetworkOptions, "pixels">> {
  readonly dataDir?: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly loss: LossOptions["from"];
  readonly labelSmoothing: number;
  readonly seed: number;
  readonly validationSplit: number;
  readonly patience?: number;
  readonly save?: string;
  readonly load?: string;
}

/** How often the bar moves and signals are looked at, in milliseconds. */
const tick = 50;

const unsaved = "nothing was saved";

/** Trains a net on MNIST, reports each epoch, and ends with its accuracy on the test digits. */
export async function train(options: TrainOptions, reporter: Reporter, interrupt: Interrupt): Promise<void> {
  if (options.patience !== undefined && options.validationSplit === 0) {
    throw usageError("--patience needs digits to watch; give --validation-split a share too, such as 0.1");
  }
  if (options.save !== undefined) await checkWritable(options.save);
  const loaded = options.load === undefined ? undefined : await loadNetwork(options.load);
  if (loaded !== undefined) checkAgreement(options, loaded);
  const files = await readMnistFiles({ dataDirectory: options.dataDir });
  const all = digits(files.trainImages, files.trainLabels);
  const [rows, held] = holdBack(all, options);
  const network = makeNetwork(options, loaded, files.trainImages.shape[1] * files.trainImages.shape[2]);
  const loss: LossOptions = { from: options.loss, labelSmoothing: options.labelSmoothing };
  const parameters = network.model.parameters();
  const stepsPerEpoch = Math.ceil(rows.length / options.batchSize);
  const optimizer = makeOptimizer(parameters as never, options, options.epochs * stepsPerEpoch);
  const step = compile(
    (image: Digit["image"], label: Digit["label"]) => {
      const logits = network.logits(image);
      const mean = lossOf(network, logits, label, loss);
      optimizer.minimize(mean);
      return { loss: mean, right: sum(cast(isRight(network, logits, label), "int32")) };
    },
    { training: true },
  );
  const count = parameters.reduce((total, parameter) => total + parameter.size, 0);
  const sizes = layersOf(network);
  reporter.start(
    {
      layers: sizes,
      parameters: count,
      trainingRows: rows.length,
      testRows: files.testLabels.length,
      seed: options.seed,
    },
    `${sizes.join("-")} net, ${count.toLocaleString("en")} parameters, ${rows.length.toLocaleString("en")} digits to train on`,
  );
  const started = performance.now();
  const stopping = new EarlyStopping(network, options.patience);
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const record = await trainEpoch({ epoch, step, rows, options, reporter, interrupt });
    const validation = held === undefined ? undefined : await score(network, held, loss, interrupt, unsaved);
    reporter.epoch({
      ...record,
      learningRate: Number(optimizer.learningRate),
      ...(validation === undefined
        ? {}
        : { validationLoss: validation.loss, validationAccuracy: validation.accuracy }),
    });
    if (validation !== undefined && stopping.isOver(validation.loss)) break;
    // After the last epoch the weights come first.
    if (epoch < options.epochs) {
      await interrupt.check(() => `after epoch ${epoch} of ${options.epochs}; ${unsaved}`);
    }
  }
  stopping.restoreBest();
  checkWeights(network);
  if (options.save !== undefined) await saveNetwork(options.save, network);
  const saved = options.save === undefined ? unsaved : `saved to ${options.save}`;
  const test = await score(network, digits(files.testImages, files.testLabels), loss, interrupt, saved);
  if (options.loss === "logits" && !Number.isFinite(test.loss)) {
    throw new CommandError(
      `the loss is ${test.loss} on the test digits; try a smaller --learning-rate; ${saved}`,
      1,
    );
  }
  const seconds = (performance.now() - started) / 1000;
  reporter.done(
    {
      testAccuracy: test.accuracy,
      testLoss: test.loss,
      seconds,
      ...(options.save === undefined ? {} : { saved: options.save }),
    },
    `test accuracy ${(100 * test.accuracy).toFixed(2)} % on ${files.testLabels.length.toLocaleString("en")} digits, ` +
      `after ${seconds.toFixed(1)} s${options.save === undefined ? "" : `; saved to ${options.save}`}`,
  );
}

/** Throws {@link CommandError} after a last step that spoiled the weights, which no later loss has told. */
function checkWeights({ model }: Network): void {
  for (const weights of Object.values(model.stateDict())) {
    const spoiled = weights.toTypedArray().find((value) => !Number.isFinite(value));
    if (spoiled !== undefined) {
      throw new CommandError(
        `the weights became ${spoiled} in the last step; try a smaller --learning-rate; ${unsaved}`,
        1,
      );
    }
  }
}

/** The digits to train on, and those held back to watch. */
function holdBack(all: Digits, { validationSplit, seed }: TrainOptions): [Digits, Digits | undefined] {
  if (validationSplit === 0) return [all, undefined];
  const count = Math.round((1 - validationSplit) * all.length);
  if (count === 0 || count === all.length) {
    throw usageError(
      `--validation-split ${validationSplit} of ${all.length} training digits leaves none to ` +
        (count === 0 ? "train on; give a smaller share" : "watch; give a larger share, or 0"),
    );
  }
  const [rows, held] = all.split(count, { shuffle: seed });
  return [rows, held];
}

/** The file's net, or one with first weights. */
function makeNetwork(options: TrainOptions, loaded: Network | undefined, pixels: number): Network {
  if (loaded !== undefined) {
    checkPixels(options.load as string, loaded, pixels);
    return loaded;
  }
  const { hidden = [25, 15], binary, dropout = 0 } = options;
  const { activation = binary === undefined ? "relu" : "sigmoid" } = options;
  return buildNetwork({ pixels, hidden, activation, binary, dropout }, options.seed);
}

/** Throws {@link CommandError} (2) where an option that was given says something else than the loaded net. */
function checkAgreement(options: TrainOptions, loaded: Network): void {
  for (const name of ["hidden", "activation", "binary", "dropout"] as const) {
    const given = options[name];
    const [wanted, is] = [given, loaded[name]].map((value) => (value === undefined ? "none" : String(value)));
    if (given !== undefined && wanted !== is) {
      throw usageError(
        `--${name} ${wanted || "''"} contradicts the net of ${options.load}, which has ${is || "none"}; ` +
          "leave it out to train that net, or leave out --load to train another",
      );
    }
  }
}

/** The step's program: labels and images in, what the epoch's line needs out. */
type Step = (
  image: Digit["image"],
  label: Digit["label"],
) => { loss: Tensor<[]>; right: Tensor<[], "int32"> };

interface EpochRun {
  readonly epoch: number;
  readonly step: Step;
  readonly rows: Digits;
  readonly options: TrainOptions;
  readonly reporter: Reporter;
  readonly interrupt: Interrupt;
}

async function trainEpoch(run: EpochRun): Promise<Omit<EpochRecord, "learningRate">> {
  const { epoch, step, rows, options, reporter, interrupt } = run;
  const started = performance.now();
  let seen = 0;
  let loss = 0;
  let right = 0;
  let ticked = started;
  for (const { image, label } of rows.batches({
    batchSize: options.batchSize,
    shuffle: options.seed,
    epoch,
  })) {
    const batch = step(image, label);
    const mean = batch.loss.item();
    if (!Number.isFinite(mean)) {
      // No step has been taken: it is the weights, whatever the learning rate.
      const isOfFile = options.load !== undefined && epoch === 1 && seen === 0;
      if (isOfFile && options.loss === "logits") throw noNumber(options.load, mean);
      throw new CommandError(`the loss became ${mean} in epoch ${epoch}; try a smaller --learning-rate`, 1);
    }
    seen += label.size;
    loss += mean * label.size;
    right += batch.right.item();
    if (performance.now() - ticked < tick) continue;
    ticked = performance.now();
    reporter.progress({
      epoch,
      epochs: options.epochs,
      rows: seen,
      of: rows.length,
      loss: loss / seen,
      accuracy: right / seen,
    });
    await interrupt.check(() => `in epoch ${epoch} after ${seen} of ${rows.length} digits; ${unsaved}`);
  }
  const seconds = (performance.now() - started) / 1000;
  const { epochs } = options;
  return {
    epoch,
    epochs,
    loss: loss / seen,
    accuracy: right / seen,
    seconds,
    samplesPerSecond: seen / seconds,
  };
}

/** Ends a run whose validation loss has not fallen for some epochs, and goes back to the best weights. */
class EarlyStopping {
  readonly #network: Network;
  readonly #patience: number | undefined;
  #best = Number.POSITIVE_INFINITY;
  #weights: ReturnType<Network["model"]["stateDict"]> | undefined;
  #waited = 0;

  constructor(network: Network, patience: number | undefined) {
    this.#network = network;
    this.#patience = patience;
  }

  isOver(loss: number): boolean {
    if (this.#patience === undefined) return false;
    this.#waited = loss < this.#best ? 0 : this.#waited + 1;
    if (this.#waited === 0) {
      this.#best = loss;
      this.#weights = this.#network.model.stateDict();
    }
    return this.#waited >= this.#patience;
  }

  restoreBest(): void {
    if (this.#weights !== undefined) this.#network.model.loadStateDict(this.#weights);
  }
}
