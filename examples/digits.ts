// The digit classifier 784-25-15-10 with a training step written by hand and compiled.
// Run it: npm run build && node examples/dist/digits.js
import { pathToFileURL } from "node:url";
import {
  adam,
  argmax,
  cast,
  compile,
  dataset,
  dense,
  div,
  equal,
  mean,
  random,
  relu,
  sequential,
  softmax,
  sparseCategoricalCrossentropy,
  type Tensor,
  tensor,
} from "adjoint";
import { mnist } from "./mnist.ts";

/** Trains for so many steps of 32 digits and gives the losses and the accuracy on the test digits. */
export async function run({ steps = 5625, log = console.log } = {}) {
  const { trainImages, trainLabels, testImages, testLabels } = await mnist();
  const [key1, key2, key3] = random.split(random.key(1), 3);
  const model = sequential(
    dense(784, 25, { key: key1 }),
    relu,
    dense(25, 15, { key: key2 }),
    relu,
    dense(15, 10, { key: key3 }), // logits: a linear output layer
  );
  const optimizer = adam(model.parameters(), { learningRate: 1e-3 });
  const scaled = <B extends number>(images: Tensor<[B, 784], "uint8">): Tensor<[B, 784]> =>
    div(cast(images, "float32"), 255) as Tensor<[B, 784]>;

  const step = compile((images: Tensor<[32, 784], "uint8">, labels: Tensor<[32], "uint8">) => {
    const loss = sparseCategoricalCrossentropy(model(scaled(images)), labels, { fromLogits: true });
    optimizer.minimize(loss);
    return loss;
  });

  const losses: number[] = [];
  const rows = dataset([trainImages, trainLabels] as const);
  for (let epoch = 0; losses.length < steps; epoch++) {
    for (const [images, labels] of rows.batches({ batchSize: 32, shuffle: 7, epoch, dropLast: true })) {
      losses.push(step(images as Tensor<[32, 784], "uint8">, labels).item());
      if (losses.length % 1000 === 0) log(`step ${losses.length}: loss ${losses.at(-1)?.toFixed(4)}`);
      if (losses.length === steps) break;
    }
  }

  const images = tensor(testImages.values, [10000, 784]);
  const logits = model(scaled(images));
  const accuracy = mean(equal(argmax(logits, { axis: -1 }), tensor(testLabels))).item();
  const first = softmax(logits.slice([0, 0], [1])).toArray(); // probabilities, where they are wanted: at the end
  log(`test accuracy ${(100 * accuracy).toFixed(2)} %; the first test digit's probabilities are`, first);
  return { losses, accuracy };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await run();
