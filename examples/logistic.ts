// Logistic regression: is a digit a 0? Sigmoid hidden layers, one logit, binary cross-entropy from the logit.
// Run it: npm run build && node examples/dist/logistic.js
import { pathToFileURL } from "node:url";
import {
  adam,
  binaryCrossentropy,
  cast,
  compile,
  dataset,
  dense,
  div,
  equal,
  greater,
  mean,
  random,
  sequential,
  sigmoid,
  type Tensor,
} from "adjoint";
import { mnist } from "./mnist.ts";

/** Trains the 784-25-15-1 net for so many steps and gives the losses and the share of the last digits told right. */
export async function run({ steps = 1875, log = console.log } = {}) {
  const { trainImages, trainLabels } = await mnist();
  const [key1, key2, key3] = random.split(random.key(2), 3);
  const model = sequential(
    dense(784, 25, { activation: sigmoid, key: key1 }),
    dense(25, 15, { activation: sigmoid, key: key2 }),
    dense(15, 1, { key: key3 }), // one logit, and no sigmoid: the loss has it
  );
  const optimizer = adam(model.parameters());

  const step = compile((images: Tensor<[32, 784], "uint8">, labels: Tensor<[32], "uint8">) => {
    const logits = model(div(cast(images, "float32"), 255)).reshape([32]);
    const isZero = equal(labels, 0);
    const loss = binaryCrossentropy(logits, cast(isZero, "float32"), { fromLogits: true });
    optimizer.minimize(loss);
    const right = mean(equal(greater(logits, 0), isZero));
    return { loss, right };
  });

  const losses: number[] = [];
  const right: number[] = [];
  const rows = dataset([trainImages, trainLabels] as const);
  for (const [images, labels] of rows.take(32 * steps).batches({ batchSize: 32, dropLast: true })) {
    const result = step(images as Tensor<[32, 784], "uint8">, labels);
    losses.push(result.loss.item());
    right.push(result.right.item());
  }
  const last = right.slice(-100);
  const accuracy = last.reduce((sum, share) => sum + share, 0) / last.length;
  log(
    `loss ${losses[0].toFixed(4)} → ${losses.at(-1)?.toFixed(4)}; of the last digits ${(100 * accuracy).toFixed(2)} % are told right`,
  );
  return { losses, accuracy };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await run();
