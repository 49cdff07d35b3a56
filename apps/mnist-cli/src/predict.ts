import { sigmoid, softmax, tensor } from "adjoint";
import { usageError } from "./errors.ts";
import { readImage } from "./image-file.ts";
import { readMnistFiles } from "./mnist-files.ts";
import { loadNetwork, noNumber } from "./model-file.ts";
import { checkPixels, type Network } from "./network.ts";
import type { Reporter } from "./reporter.ts";

/** The options of `mnist predict`. */
export interface PredictOptions {
  readonly load: string;
  readonly dataDir?: string;
  readonly index?: number;
  readonly invert?: boolean;
}

/** Tells which digit an image file or a digit of the test set shows: softmax or sigmoid is applied here, not in the net. */
export async function predict(
  image: string | undefined,
  options: PredictOptions,
  reporter: Reporter,
): Promise<void> {
  if ((image === undefined) === (options.index === undefined)) {
    throw usageError("give one thing to look at: an image file, or --index with the number of a test digit");
  }
  const network = await loadNetwork(options.load);
  const { pixels, label } =
    image === undefined ? await testDigit(options) : await imageFile(image, network, options);
  checkPixels(options.load, network, pixels.length, "the digit has");
  const logits = network.logits(tensor(pixels, [1, pixels.length]) as never);
  const shown = label === undefined ? {} : { label };
  if (network.binary !== undefined) {
    const [probability] = sigmoid(logits).toTypedArray();
    if (Number.isNaN(probability)) throw noNumber(options.load, probability);
    reporter.done(
      { digit: network.binary, probability, ...shown },
      `${(100 * probability).toFixed(2)} % a ${network.binary}${labelText(label)}`,
    );
    return;
  }
  const probabilities = [...softmax(logits).toTypedArray()];
  if (probabilities.some(Number.isNaN)) throw noNumber(options.load, Number.NaN);
  const digit = probabilities.indexOf(Math.max(...probabilities));
  const ranking = probabilities
    .map((probability, one) => ({ one, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3)
    .map(({ one, probability }) => `${one}: ${(100 * probability).toFixed(2)} %`);
  reporter.done({ digit, probabilities, ...shown }, `${digit} (${ranking.join(", ")})${labelText(label)}`);
}

function labelText(label: number | undefined): string {
  return label === undefined ? "" : `; its label is ${label}`;
}

interface Digit {
  readonly pixels: Uint8Array;
  readonly label: number | undefined;
}

async function testDigit({ index = 0, dataDir }: PredictOptions): Promise<Digit> {
  const { testImages, testLabels } = await readMnistFiles({ dataDirectory: dataDir });
  if (index >= testLabels.length) {
    throw usageError(`--index ${index} is beyond the ${testLabels.length} test digits; count from 0`);
  }
  const size = testImages.shape[1] * testImages.shape[2];
  return { pixels: testImages.values.slice(index * size, (index + 1) * size), label: testLabels[index] };
}

async function imageFile(path: string, network: Network, { invert = false }: PredictOptions): Promise<Digit> {
  const size = Math.round(Math.sqrt(network.pixels));
  const grey = await readImage(path, { invert, size });
  return { pixels: Uint8Array.from(grey, (value) => Math.round(255 * value)), label: undefined };
}
