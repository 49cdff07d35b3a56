// Adjoint, as built in this checkout. Options: --mode=compiled|plain (compiled: the whole training step is one program;
// plain: the same code without compile), --threads=N.
import * as adjoint from "../../packages/adjoint/dist/index.js";
import * as D from "../lib/data.mjs";
import { main, options } from "../lib/harness.mjs";
import { numeric } from "./adjoint-numeric.mjs";

const {
  adam,
  add,
  argmax,
  compile,
  convolution2d,
  dense,
  evaluate,
  flatten,
  getBackend,
  matmul,
  maxPooling2d,
  mul,
  reshape,
  sequential,
  sigmoid,
  sparseCategoricalCrossentropy,
  sum,
  tanh,
  take,
  tensor,
  transpose,
  valueAndGrad,
} = adjoint;
const { mode = "compiled", threads = "1" } = options();
adjoint.setThreads?.(Number(threads));
const compileIfAsked = mode === "compiled" ? compile : (fn) => fn;

/** Dense layers with relu between them, and the weights that all peers start with. */
function network(sizes) {
  const initial = D.denseInit(sizes);
  const layers = initial.map((one, k) =>
    dense(one.in, one.out, { activation: k < initial.length - 1 ? "relu" : "linear" }),
  );
  const model = sequential(...layers);
  const parameters = model.parameters();
  initial.forEach(({ w, b }, k) => {
    const [weight, bias] = parameters.slice(2 * k);
    weight.assign(tensor(w, weight.shape));
    bias.assign(tensor(b));
  });
  return model;
}

/** LeNet with max pooling, and the weights that all peers start with. */
function lenet() {
  const { c1, c2, dense: layers } = D.lenetInit();
  layers[0].w = D.hwcRowsToChw(layers[0].w, 5, 5, 16, 120);
  const model = sequential(
    (x) => reshape(x, [-1, 1, 28, 28]),
    convolution2d(1, 6, 5, { padding: "same", activation: "relu" }),
    maxPooling2d(),
    convolution2d(6, 16, 5, { activation: "relu" }),
    maxPooling2d(),
    flatten(),
    dense(400, 120, { activation: "relu" }),
    dense(120, 84, { activation: "relu" }),
    dense(84, 10),
  );
  const convolutions = [c1, c2].map((c) => [D.hwioToOihw(c.w, 5, 5, c.cin, c.cout), c.b]);
  const initial = [...convolutions, ...layers.map(({ w, b }) => [w, b])].flat();
  model.parameters().forEach((one, i) => {
    one.assign(tensor(initial[i], one.shape));
  });
  return model;
}

function trainer(model, { batch, lr, isSingle = false }, maybeCompile) {
  const optimizer = adam(model.parameters(), { learningRate: lr, epsilon: 1e-8 });
  const lossOf = (x, y) => {
    const loss = sparseCategoricalCrossentropy(model(x), y);
    optimizer.minimize(loss);
    return loss;
  };
  if (isSingle) {
    const step = maybeCompile(lossOf);
    const next = D.batches(batch);
    const nextStep = () => {
      const { x, y } = next();
      return step(tensor(x, [batch, 784]), tensor(y));
    };
    return { nextStep };
  }
  const { trainX, trainY } = D.mnist();
  const images = tensor(trainX, [trainY.length, 784]);
  const labels = tensor(trainY);
  const step = maybeCompile((rows) => lossOf(take(images, rows), take(labels, rows)));
  const next = D.batchIndices(batch);
  return { nextStep: () => step(tensor(next())) };
}

function training(model, params) {
  const { nextStep } = trainer(model, params, compileIfAsked);
  let last = Number.NaN;
  const run = (n) => {
    for (let i = 0; i < n; i++) {
      const loss = nextStep();
      if (i === n - 1) last = loss.item();
    }
  };
  return {
    run,
    check() {
      run(5);
      return { loss5: last };
    },
    result() {
      const { testX, testY } = D.mnist();
      let right = 0;
      for (let from = 0; from < testY.length; from += 1000) {
        const images = tensor(testX.subarray(from * 784, (from + 1000) * 784), [1000, 784]);
        const predicted = argmax(model(images), { axis: -1 }).toTypedArray();
        right += predicted.filter((label, i) => label === testY[from + i]).length;
      }
      return { test_acc: right / testY.length, last_loss: last };
    },
  };
}

const mlp_train = (params) => training(network(params.sizes), params);

const lenet_train = (params) => training(lenet(), params);

/** The steps of W1 without compile, the loss read at each: how a newcomer writes them. */
function newcomer({ sizes, batch, lr }) {
  const model = network(sizes);
  const optimizer = adam(model.parameters(), { learningRate: lr, epsilon: 1e-8 });
  const next = D.batches(batch);
  let last = Number.NaN;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { x, y } = next();
        const loss = sparseCategoricalCrossentropy(model(tensor(x, [batch, 784])), tensor(y));
        optimizer.minimize(loss);
        last = loss.item();
      }
    },
    result: () => ({ last_loss: last }),
  };
}

/** A workload that computes the tensors of `compute()`, whose `answer` all peers must agree on. */
function repeated(compute, answer) {
  const once = () => {
    const results = compute();
    evaluate(...results);
    return results;
  };
  return {
    run(n) {
      for (let i = 0; i < n; i++) once();
    },
    check: () => answer(...once().map((result) => result.toTypedArray())),
  };
}

function matmulOf({ n, batch, transpose: transposed }) {
  const shape = batch === undefined ? [n, n] : [batch, n, n];
  const size = n * n * (batch ?? 1);
  const a = tensor(D.uniform(1, size, -1, 1), shape);
  const b = tensor(D.uniform(2, size, -1, 1), shape);
  const axes = shape.map((_, axis) => axis).toSpliced(-2, 2, shape.length - 1, shape.length - 2);
  const product = compileIfAsked((x, y) =>
    matmul(transposed === "a" ? transpose(x, axes) : x, transposed === "b" ? transpose(y, axes) : y),
  );
  return repeated(
    () => [product(a, b)],
    (c) => ({ c0: c[0], cLast: c.at(-1) }),
  );
}

function op_chain({ size, length, grad }) {
  const x = tensor(D.uniform(3, size));
  const y = tensor(D.uniform(4, size));
  const chain = (v, w) => {
    let h = v;
    for (let i = 0; i < length; i++) h = add(h, w);
    return h;
  };
  if (!grad) {
    const forward = compileIfAsked(chain);
    return repeated(
      () => [forward(x, y)],
      (h) => ({ v: h[0] }),
    );
  }
  const both = compileIfAsked(valueAndGrad((v, w) => sum(chain(v, w))));
  return repeated(
    () => both(x, y),
    (value, gradient) => ({ v: value[0] + gradient[0] }),
  );
}

function softmax_xent({ rows, cols }) {
  const logits = tensor(D.uniform(5, rows * cols, -3, 3), [rows, cols]);
  const labels = tensor(D.integers(6, rows, cols));
  const both = compileIfAsked(valueAndGrad((z, y) => sparseCategoricalCrossentropy(z, y)));
  return repeated(
    () => both(logits, labels),
    (loss, gradient) => ({ loss: loss[0], g0: gradient[0] }),
  );
}

function elementwise({ n, grad }) {
  const x = tensor(D.uniform(7, n, -2, 2));
  const total = (v) => sum(sigmoid(tanh(add(mul(v, 0.9), 0.1))));
  if (!grad) {
    const forward = compileIfAsked(total);
    return repeated(
      () => [forward(x)],
      (v) => ({ v: v[0] }),
    );
  }
  const both = compileIfAsked(valueAndGrad(total));
  return repeated(
    () => both(x),
    (v, gradient) => ({ v: v[0], g0: gradient[0] }),
  );
}

await main({
  name: ["adjoint", ...(mode === "compiled" ? [] : [mode]), ...(threads === "1" ? [] : [`${threads}t`])].join(
    "-",
  ),
  info: () => ({
    versions: { node: process.version },
    threads: adjoint.setThreads === undefined ? 1 : Number(threads),
    backend: getBackend().name,
  }),
  kinds: { mlp_train, lenet_train, matmul: matmulOf, op_chain, softmax_xent, elementwise, newcomer, numeric },
});
