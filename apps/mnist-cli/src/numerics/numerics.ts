import { checkWritable, writeAtomically } from "../atomic-write.ts";
import { usageError } from "../errors.ts";
import type { Interrupt } from "../interrupt.ts";
import { type Images, readMnistFiles } from "../mnist-files.ts";
import { withNamedNumbers } from "../reporter.ts";
import { digits } from "../scoring.ts";
import { floatTypes, twoWays } from "./arithmetic.ts";
import { lossRows, rewritesOf, shownLosses } from "./extremes.ts";
import { pageOf, type Results } from "./page.ts";
import { extremesHeading, extremesText, netText, trainingHeading, twoWaysText } from "./text.ts";
import {
  firstDifference,
  type NetName,
  type Pixels,
  pixelSettings,
  reasonOf,
  type TrainingOptions,
  type TrainingRun,
  trainOneWay,
} from "./training.ts";
import { ways } from "./ways.ts";

/** The options of `mnist numerics`. */
export interface NumericsOptions extends TrainingOptions {
  readonly dataDir?: string;
  /** How many training digits are used, from the first on. */
  readonly limit: number;
  readonly pixels: Pixels | "both";
  readonly json?: boolean;
  readonly html?: string;
}

const nets: readonly NetName[] = ["25-15-10", "25-15-1"];

/** The first rows of some images. */
function firstImages({ shape: [, rows, columns], values }: Images, count: number): Images {
  return { shape: [count, rows, columns], values: values.subarray(0, count * rows * columns) };
}

/**
 * Shows what a loss loses that is computed from probabilities: in arithmetic, at extreme logits, and in training,
 * each beside the same with rewrites and the loss from logits.
 */
export async function numerics(
  options: NumericsOptions,
  write: (text: string) => void,
  interrupt: Interrupt,
): Promise<void> {
  if (options.html !== undefined) await checkWritable(options.html);
  const files = await readMnistFiles({ dataDirectory: options.dataDir });
  const [count, rows, columns] = files.trainImages.shape;
  if (options.limit > count) {
    throw usageError(`--limit ${options.limit} is more than the ${count} training digits`);
  }
  const isJson = options.json === true;
  const event = (name: string, facts: object): void => {
    if (isJson) write(`${JSON.stringify({ event: name, ...facts }, withNamedNumbers)}\n`);
  };
  const text = (make: () => string): void => {
    if (!isJson) write(make());
  };

  const { epochs, batchSize, learningRate, seed, binary } = options;
  event("start", {
    trainingRows: options.limit,
    epochs,
    batchSize,
    learningRate,
    seed,
    binary,
  });
  const arithmetic = floatTypes.map(twoWays);
  for (const result of arithmetic) event("arithmetic", result);
  text(() => twoWaysText(arithmetic));

  text(extremesHeading);
  const extremes = shownLosses.map((loss) => ({
    loss,
    rows: lossRows(loss, ways),
    rewrites: rewritesOf(loss),
  }));
  for (const { loss, rows: lossesShown, rewrites } of extremes) {
    for (const row of lossesShown) event("loss", row);
    text(() => extremesText(loss, lossesShown, rewrites));
  }

  text(() => trainingHeading(options, options.limit));
  const data = {
    pixels: rows * columns,
    training: digits(
      firstImages(files.trainImages, options.limit),
      files.trainLabels.subarray(0, options.limit),
    ),
    test: digits(files.testImages, files.testLabels),
  };
  const results: TrainingRun[][] = [];
  for (const pixels of options.pixels === "both" ? pixelSettings : [options.pixels]) {
    for (const net of nets) {
      const runs: TrainingRun[] = [];
      for (const way of ways) runs.push(await trainOneWay({ net, pixels, way }, data, options, interrupt));
      results.push(runs);
      const reference = runs.at(-1) as TrainingRun;
      for (const run of runs) {
        const parts = firstDifference(run, reference);
        event("training", { ...run, firstDifference: parts ?? null, reason: reasonOf(run) ?? null });
      }
      text(() => netText(runs));
    }
  }

  if (options.html !== undefined) {
    const page = pageOf({
      arithmetic,
      extremes,
      options,
      trainingRows: options.limit,
      nets: results,
    } satisfies Results);
    await writeAtomically(options.html, new TextEncoder().encode(page));
    text(() => `The comparison as a page: ${options.html}\n`);
  }
  event("done", options.html === undefined ? {} : { saved: options.html });
}
