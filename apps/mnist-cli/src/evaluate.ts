import type { Interrupt } from "./interrupt.ts";
import { readMnistFiles } from "./mnist-files.ts";
import { loadNetwork, noNumber } from "./model-file.ts";
import { checkPixels } from "./network.ts";
import type { Reporter } from "./reporter.ts";
import { digits, score } from "./scoring.ts";

/** The options of `mnist evaluate`. */
export interface EvaluateOptions {
  readonly load: string;
  readonly dataDir?: string;
}

/** Loss and accuracy of a saved net on the test digits. */
export async function evaluate(
  options: EvaluateOptions,
  reporter: Reporter,
  interrupt: Interrupt,
): Promise<void> {
  const network = await loadNetwork(options.load);
  const { testImages, testLabels } = await readMnistFiles({ dataDirectory: options.dataDir });
  const pixels = testImages.shape[1] * testImages.shape[2];
  checkPixels(options.load, network, pixels);
  const result = await score(
    network,
    digits(testImages, testLabels),
    { from: "logits", labelSmoothing: 0 },
    interrupt,
  );
  if (!Number.isFinite(result.loss)) throw noNumber(options.load, result.loss);
  reporter.done(
    { testAccuracy: result.accuracy, testLoss: result.loss },
    `test accuracy ${(100 * result.accuracy).toFixed(2)} %, loss ${result.loss.toFixed(4)} on ${testLabels.length.toLocaleString("en")} digits`,
  );
}
