// Does a long run stay as fast and as small as it begins? Trains W1's network (784-25-15-10, batches of 32, Adam) for a number
// of steps, without waiting in between, and prints every tenth of them what a step took and how much memory the process has.
// node bench/soak.mjs [--steps=200000] [--mode=compiled|plain] [--threads=1]
import { parseArgs } from "node:util";
import {
  adam,
  add,
  compile,
  dense,
  evaluate,
  getBackend,
  mul,
  random,
  sequential,
  setThreads,
  sparseCategoricalCrossentropy,
  take,
  tensor,
} from "../packages/adjoint/dist/index.js";

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "200000" },
    mode: { type: "string", default: "compiled" },
    threads: { type: "string", default: "1" },
  },
});
const steps = Number(options.steps);
setThreads(Number(options.threads));

const [samples, batch] = [5000, 32];
// Noise around one picture for each class.
const classes = tensor(Int32Array.from({ length: samples }, (_, i) => (i * 7) % 10));
const pictures = take(random.uniform(random.key(0), [10, 784]), classes);
const pixels = add(pictures, mul(random.normal(random.key(1), [samples, 784]), 0.5));
evaluate(pixels); // else it is computed again where a step that is not compiled needs it
const model = sequential(
  dense(784, 25, { activation: "relu", key: random.key(2) }),
  dense(25, 15, { activation: "relu", key: random.key(3) }),
  dense(15, 10, { key: random.key(4) }),
);
const optimizer = adam(model.parameters(), { learningRate: 0.001 });
const plain = (rows) => {
  const [x, y] = [take(pixels, rows), take(classes, rows)];
  const loss = sparseCategoricalCrossentropy(model(x), y, { fromLogits: true });
  optimizer.minimize(loss);
  return loss;
};
const step = options.mode === "compiled" ? compile(plain) : plain;

const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(1).padStart(8);
console.log(
  `${steps} steps, ${options.mode}, ${options.threads} threads, ${getBackend().name}, Node ${process.version}`,
);
console.log("     steps  µs a step   RSS MiB  heap MiB      loss");
const part = Math.max(1, Math.round(steps / 10));
let loss;
let start = performance.now();
for (let i = 1; i <= steps; i++) {
  const first = (i * batch) % (samples - batch);
  loss = step(tensor(Int32Array.from({ length: batch }, (_, k) => first + k)));
  if (i % part !== 0) continue;
  const last = loss.item();
  const time = ((performance.now() - start) * 1000) / part;
  const { rss, heapUsed } = process.memoryUsage();
  console.log(
    `${String(i).padStart(10)} ${time.toFixed(1).padStart(10)}  ${mebibytes(rss)}  ${mebibytes(heapUsed)}  ${last.toExponential(3)}`,
  );
  start = performance.now();
}
