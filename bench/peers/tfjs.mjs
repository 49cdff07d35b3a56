// TensorFlow.js. Options: --backend=cpu|wasm, --api=core|layers

import { createRequire } from "node:module";
import path from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as D from "../lib/data.mjs";
import { main, options, Unsupported } from "../lib/harness.mjs";

const { backend = "wasm", api = "core" } = options();
const name = `tfjs-${backend}${api === "layers" ? "-layers" : ""}`;
if (backend === "wasm") {
  const require = createRequire(import.meta.url);
  setWasmPaths(
    path.join(path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist") + path.sep,
  );
}
if (!(await tf.setBackend(backend))) throw new Error("backend failed");
await tf.ready();

const xent = (labels1h, logits) => tf.losses.softmaxCrossEntropy(labels1h, logits);

function coreTrainer(vars, forward, { batch, lr }) {
  const opt = tf.train.adam(lr, 0.9, 0.999, 1e-8);
  const next = D.batches(batch);
  let last = NaN;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { x, y } = next();
        const loss = tf.tidy(() => {
          const X = tf.tensor2d(x, [batch, 784]);
          const Y = tf.oneHot(tf.tensor1d(y, "int32"), 10);
          return opt.minimize(() => xent(Y, forward(X)), true, vars);
        });
        if (i === n - 1) last = loss.dataSync()[0];
        loss.dispose();
      }
    },
    check() {
      this.run(5);
      return { loss5: last };
    },
    result() {
      const { testX, testY } = D.mnist();
      let ok = 0;
      for (let p = 0; p < testY.length; p += 1000) {
        const pred = tf.tidy(() =>
          forward(tf.tensor2d(testX.subarray(p * 784, (p + 1000) * 784), [1000, 784]))
            .argMax(1)
            .dataSync(),
        );
        for (let i = 0; i < 1000; i++) if (pred[i] === testY[p + i]) ok++;
      }
      return { test_acc: ok / testY.length, last_loss: last, tensors: tf.memory().numTensors };
    },
    dispose() {
      opt.dispose();
      for (const one of vars) one.dispose();
    },
  };
}

function layersTrainer(model, { batch, lr }, shape) {
  model.compile({ optimizer: tf.train.adam(lr, 0.9, 0.999, 1e-8), loss: (t, p) => xent(t, p) });
  const next = D.batches(batch);
  let last = NaN;
  return {
    async run(n) {
      for (let i = 0; i < n; i++) {
        const { x, y } = next();
        const X = tf.tensor(x, [batch, ...shape]);
        const Y = tf.tidy(() => tf.oneHot(tf.tensor1d(y, "int32"), 10));
        last = await model.trainOnBatch(X, Y);
        X.dispose();
        Y.dispose();
      }
    },
    async check() {
      await this.run(5);
      return { loss5: last };
    },
    result() {
      const { testX, testY } = D.mnist();
      const pred = tf.tidy(() =>
        model
          .predict(tf.tensor(testX, [testY.length, ...shape]), { batchSize: 1000 })
          .argMax(1)
          .dataSync(),
      );
      let ok = 0;
      for (let i = 0; i < testY.length; i++) if (pred[i] === testY[i]) ok++;
      return { test_acc: ok / testY.length, last_loss: last, tensors: tf.memory().numTensors };
    },
    dispose() {
      model.dispose();
    },
  };
}

function mlp_train(p) {
  const init = D.denseInit(p.sizes);
  if (api === "layers") {
    const model = tf.sequential();
    init.forEach((l, k) => {
      model.add(
        tf.layers.dense({
          units: l.out,
          inputShape: k ? undefined : [l.in],
          activation: k < init.length - 1 ? "relu" : "linear",
        }),
      );
    });
    model.setWeights(init.flatMap((l) => [tf.tensor2d(l.w, [l.in, l.out]), tf.tensor1d(l.b)]));
    return layersTrainer(model, p, [784]);
  }
  const vars = init.flatMap((l) => [
    tf.variable(tf.tensor2d(l.w, [l.in, l.out])),
    tf.variable(tf.tensor1d(l.b)),
  ]);
  const forward = (x) => {
    for (let k = 0; k < init.length; k++) {
      x = x.matMul(vars[2 * k]).add(vars[2 * k + 1]);
      if (k < init.length - 1) x = x.relu();
    }
    return x;
  };
  return coreTrainer(vars, forward, p);
}

function lenet_train(p) {
  const { c1, c2, dense } = D.lenetInit();
  if (api === "layers") throw new Unsupported("measured with the core API only");
  const vars = [
    ...[c1, c2].flatMap((c) => [
      tf.variable(tf.tensor4d(c.w, [5, 5, c.cin, c.cout])),
      tf.variable(tf.tensor1d(c.b)),
    ]),
    ...dense.flatMap((l) => [tf.variable(tf.tensor2d(l.w, [l.in, l.out])), tf.variable(tf.tensor1d(l.b))]),
  ];
  const forward = (x) => {
    x = x.reshape([-1, 28, 28, 1]);
    x = tf.maxPool(tf.relu(tf.conv2d(x, vars[0], 1, "same").add(vars[1])), 2, 2, "valid");
    x = tf.maxPool(tf.relu(tf.conv2d(x, vars[2], 1, "valid").add(vars[3])), 2, 2, "valid");
    x = x.reshape([-1, 400]);
    for (let k = 0; k < 3; k++) {
      x = x.matMul(vars[4 + 2 * k]).add(vars[5 + 2 * k]);
      if (k < 2) x = x.relu();
    }
    return x;
  };
  try {
    // the wasm backend lacks the kernel for filter gradients
    const { x, y } = D.batches(p.batch)();
    tf.tidy(() => {
      tf.variableGrads(
        () => xent(tf.oneHot(tf.tensor1d(y, "int32"), 10), forward(tf.tensor2d(x, [p.batch, 784]))),
        vars,
      );
    });
  } catch (e) {
    throw new Unsupported(e.message);
  }
  return coreTrainer(vars, forward, p);
}

function matmul({ n, batch, transpose }) {
  const shape = batch === undefined ? [n, n] : [batch, n, n];
  const size = n * n * (batch ?? 1);
  const a = tf.tensor(D.uniform(1, size, -1, 1), shape),
    b = tf.tensor(D.uniform(2, size, -1, 1), shape);
  const product = () => tf.matMul(a, b, transpose === "a", transpose === "b");
  return {
    run(k) {
      for (let i = 0; i < k; i++) {
        const c = product();
        if (i === k - 1) c.dataSync();
        c.dispose();
      }
    },
    check() {
      const c = product().dataSync();
      return { c0: c[0], cLast: c.at(-1) };
    },
    dispose() {
      a.dispose();
      b.dispose();
    },
  };
}

function op_chain({ size, length, grad }) {
  const x = tf.tensor1d(D.uniform(3, size)),
    y = tf.tensor1d(D.uniform(4, size));
  const chain = (v) => {
    let h = v;
    for (let i = 0; i < length; i++) h = tf.add(h, y);
    return h;
  };
  const g = tf.valueAndGrad((v) => chain(v).sum());
  const once = () =>
    tf.tidy(() => {
      if (!grad) return chain(x).dataSync()[0];
      const r = g(x);
      return r.value.dataSync()[0] + r.grad.dataSync()[0];
    });
  return {
    run(k) {
      for (let i = 0; i < k; i++) once();
    },
    check: () => ({ v: once() }),
    dispose() {
      x.dispose();
      y.dispose();
    },
  };
}

function softmax_xent({ rows, cols }) {
  const z = tf.tensor2d(D.uniform(5, rows * cols, -3, 3), [rows, cols]);
  const Y = tf.oneHot(tf.tensor1d(D.integers(6, rows, cols), "int32"), cols);
  const g = tf.valueAndGrad((v) => xent(Y, v));
  const once = (full) =>
    tf.tidy(() => {
      const r = g(z);
      const loss = r.value.dataSync()[0];
      return full ? { loss, g0: r.grad.dataSync()[0] } : { loss, g: r.grad.dataSync().length };
    });
  return {
    run(k) {
      for (let i = 0; i < k; i++) once();
    },
    check: () => once(true),
    dispose() {
      z.dispose();
      Y.dispose();
    },
  };
}

function elementwise({ n, grad }) {
  const x = tf.tensor1d(D.uniform(7, n, -2, 2));
  const f = (v) => v.mul(0.9).add(0.1).tanh().sigmoid().sum();
  const g = tf.valueAndGrad(f);
  const once = () =>
    tf.tidy(() => {
      if (!grad) return { v: f(x).dataSync()[0] };
      const r = g(x);
      const v = r.value.dataSync()[0];
      return { v, g0: r.grad.slice([0], [1]).dataSync()[0] };
    });
  return {
    run(k) {
      for (let i = 0; i < k; i++) once();
    },
    check: once,
    dispose() {
      x.dispose();
    },
  };
}

// Written the plain way: no tidy, no dispose.
function newcomer({ sizes, batch, lr }) {
  const init = D.denseInit(sizes);
  const vars = init.flatMap((l) => [
    tf.variable(tf.tensor2d(l.w, [l.in, l.out])),
    tf.variable(tf.tensor1d(l.b)),
  ]);
  const opt = tf.train.adam(lr);
  const next = D.batches(batch);
  let last;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { x, y } = next();
        const X = tf.tensor2d(x, [batch, 784]);
        const Y = tf.oneHot(tf.tensor1d(y, "int32"), 10);
        const loss = opt.minimize(() => {
          const h1 = X.matMul(vars[0]).add(vars[1]).relu();
          const h2 = h1.matMul(vars[2]).add(vars[3]).relu();
          return tf.losses.softmaxCrossEntropy(Y, h2.matMul(vars[4]).add(vars[5]));
        }, true);
        last = loss.dataSync()[0];
      }
    },
    result: () => ({
      last_loss: last,
      tensors: tf.memory().numTensors,
      tensor_mb: tf.memory().numBytes / 2 ** 20,
    }),
  };
}

function numeric() {
  const vg = (f, x) =>
    tf.tidy(() => {
      const r = tf.valueAndGrad(f)(tf.tensor(x));
      return { v: r.value.dataSync()[0], g: [...r.grad.dataSync()] };
    });
  const trial = (f) => {
    try {
      return f();
    } catch (e) {
      return { error: String(e.message).slice(0, 120) };
    }
  };
  const T = tf.tensor;
  const cases = {
    softmax_xent_wrong: () => vg((z) => xent(T([[0, 1]]), z), [[1000, -1000]]),
    softmax_xent_right: () => vg((z) => xent(T([[1, 0]]), z), [[1000, -1000]]),
    sigmoid_bce_wrong: () => vg((z) => tf.losses.sigmoidCrossEntropy(T([0]), z), [1000]),
    sigmoid_bce_right: () => vg((z) => tf.losses.sigmoidCrossEntropy(T([1]), z), [1000]),
    sigmoid_bce_neg: () => vg((z) => tf.losses.sigmoidCrossEntropy(T([1]), z), [-1000]),
    logsumexp: () => vg((z) => tf.logSumExp(z), [1000, 1000]),
    logsumexp_neginf: () => vg((z) => tf.logSumExp(z), [-Infinity, 0]),
    logsumexp_all_neginf: () => vg((z) => tf.logSumExp(z), [-Infinity, -Infinity]),
    log_sigmoid_m200: () => vg((z) => tf.logSigmoid(z).sum(), [-200]),
    sigmoid_m200: () => vg((z) => tf.sigmoid(z).sum(), [-200]),
    naive_log_of_sigmoid_m200: () => vg((z) => z.sigmoid().log().sum(), [-200]),
    log_softmax: () => vg((z) => tf.logSoftmax(z).gather(tf.scalar(1, "int32")), [1000, 0]),
    softmax_masked: () => vg((z) => tf.softmax(z).gather(tf.scalar(1, "int32")), [-Infinity, 0]),
    softplus_1000: () => vg((z) => tf.softplus(z).sum(), [1000]),
    softplus_m1000: () => vg((z) => tf.softplus(z).sum(), [-1000]),
    tanh_1000: () => vg((z) => tf.tanh(z).sum(), [1000]),
    sqrt_0: () => vg((z) => tf.sqrt(z).sum(), [0]),
    norm_00: () => vg((z) => tf.norm(z), [0, 0]),
    where_log_0: () => vg((z) => tf.where(z.greater(0), z.log(), tf.zerosLike(z)).sum(), [0]),
    pow_0_2: () => vg((z) => tf.pow(z, 2).sum(), [0]),
    pow_m2_3: () => vg((z) => tf.pow(z, 3).sum(), [-2]),
    abs_0: () => vg((z) => tf.abs(z).sum(), [0]),
    relu_0: () => vg((z) => tf.relu(z).sum(), [0]),
    max_tie: () => vg((z) => tf.max(z), [2, 2]),
    log1p_1e_10: () => vg((z) => tf.log1p(z).sum(), [1e-10]),
    expm1_1e_10: () => vg((z) => tf.expm1(z).sum(), [1e-10]),
    sum_ones_2p25: () =>
      tf.tidy(() => ({
        v: tf
          .ones([2 ** 25])
          .sum()
          .dataSync()[0],
      })),
    mean_tenth_1e7: () => tf.tidy(() => ({ v: tf.fill([1e7], 0.1).mean().dataSync()[0] })),
    variance_1e4_offset: () =>
      tf.tidy(() => ({ v: tf.moments(T([10000, 10001, 10002, 10003])).variance.dataSync()[0] })),
  };
  const { exp, log, tanh, sigmoid, log1p, expm1, sin, sqrt, softplus } = tf;
  const functions = { exp, log, tanh, sigmoid, log1p, expm1, sin, sqrt, softplus };
  return {
    run() {},
    result: () => ({
      ...Object.fromEntries(Object.entries(cases).map(([k, f]) => [k, trial(f)])),
      ...D.ulpReport((fn, x) => tf.tidy(() => functions[fn](tf.tensor1d(x)).dataSync())),
    }),
  };
}

await main({
  name,
  info: async () => ({
    versions: { tfjs: tf.version.tfjs, node: process.version },
    threads: 1,
    simd: backend === "wasm" ? await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT") : undefined,
    wasmThreads: backend === "wasm" ? await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT") : undefined,
  }),
  kinds: { mlp_train, lenet_train, matmul, op_chain, softmax_xent, elementwise, newcomer, numeric },
});
