// The digit classifier the Keras way: compile, fit, evaluate, predict.
// Run it: npm run build && node examples/dist/keras-digits.js
import { pathToFileURL } from "node:url";
import {
  adam,
  dense,
  div,
  earlyStopping,
  random,
  relu,
  sequential,
  softmax,
  sparseCategoricalCrossentropy,
  type Tensor,
  tensor,
} from "adjoint";
import { mnist } from "./mnist.ts";

/** Trains on so many digits and gives the history, the score on the test digits and the first digit's probabilities. */
export async function run({ digits = 60000, epochs = 3, log = console.log } = {}) {
  const { trainImages, trainLabels, testImages, testLabels } = await mnist();
  const [key1, key2, key3] = random.split(random.key(3), 3);
  const model = sequential(
    (pixels: Tensor<[number, 784], "uint8">) => div(pixels, 255),
    dense(784, 25, { activation: "relu", key: key1 }),
    dense(25, 15, { key: key2 }),
    relu,
    dense(15, 10, { key: key3 }), // logits: no softmax here
  );
  model.compile({
    optimizer: adam(model.parameters(), { learningRate: 1e-3 }),
    loss: sparseCategoricalCrossentropy.with({ fromLogits: true }),
    metrics: ["accuracy"],
  });

  const images = tensor(trainImages.values.subarray(0, 784 * digits), [digits, 784]);
  const labels = tensor(trainLabels.subarray(0, digits));
  const { history } = await model.fit(images, labels, {
    epochs,
    batchSize: 32,
    validationSplit: 0.1,
    seed: 5,
    callbacks: [earlyStopping({ monitor: "validationLoss", patience: 2, restoreBest: true })],
  });

  const test = tensor(testImages.values, [10000, 784]);
  const score = await model.evaluate(test, tensor(testLabels), { batchSize: 500 });
  const logits = await model.predict(test.slice([0], [1]));
  const probabilities = softmax(logits); // softmax is for predicting, after the logits
  log("history", history, "test", score, "first digit", String(probabilities));
  return { history, score, probabilities: probabilities.toArray() as number[][] };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await run();
