// jax-js. Options: --mode=jit|eager (jit: the whole training step inside one jit; eager: the same code without jit),
//   --sync=N (wait for the device every N training steps; default 1)
// Ownership rule of the library: every use of an array consumes it, so a value used twice needs .ref on all but the last use.

import fs from "node:fs";
import { createRequire } from "node:module";
import { blockUntilReady, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import * as D from "../lib/data.mjs";
import { main, options } from "../lib/harness.mjs";

const { mode = "jit", sync = "1" } = options();
const syncEvery = Number(sync);
await init("wasm");
const maybeJit = mode === "jit" ? jit : (f) => f;
const arr = (a, shape) => np.array(a).reshape(shape);

function adamStep(lossFn, lr) {
  const vg = valueAndGrad(lossFn);
  return maybeJit((s, x, y) => {
    const [loss, g] = vg(tree.ref(s.p), x, y);
    const b1t = s.b1t.mul(0.9),
      b2t = s.b2t.mul(0.999);
    const c1 = np.subtract(1, b1t.ref),
      c2 = np.subtract(1, b2t.ref);
    const p = [],
      m = [],
      v = [];
    for (let i = 0; i < g.length; i++) {
      m[i] = s.m[i].mul(0.9).add(g[i].ref.mul(0.1));
      v[i] = s.v[i].mul(0.999).add(np.square(g[i]).mul(0.001));
      const step = m[i].ref.div(c1.ref).div(np.sqrt(v[i].ref.div(c2.ref)).add(1e-8));
      p[i] = s.p[i].sub(step.mul(lr));
    }
    c1.dispose();
    c2.dispose();
    return { s: { p, m, v, b1t, b2t }, loss };
  });
}

function trainer(params, forward, { batch, lr }) {
  const lossFn = (p, x, y) =>
    nn
      .logSoftmax(forward(p, x))
      .mul(y)
      .sum()
      .mul(-1 / batch);
  const step = adamStep(lossFn, lr);
  let s = {
    p: params,
    m: params.map((a) => np.zerosLike(a.ref)),
    v: params.map((a) => np.zerosLike(a.ref)),
    b1t: np.array(1),
    b2t: np.array(1),
  };
  const next = D.batches(batch);
  let last = NaN;
  const predict = maybeJit(forward);
  return {
    async run(n) {
      for (let i = 0; i < n; i++) {
        const { x, y } = next();
        const r = step(s, arr(x, [batch, 784]), arr(D.oneHot(y, 10), [batch, 10]));
        s = r.s;
        // Kernels wait in a queue until something is read, and the queue is copied on every use of an array:
        // waiting only every `syncEvery` steps makes a step slower, not faster.
        if (i === n - 1 || (i + 1) % syncEvery === 0) {
          await blockUntilReady(s);
          last = (await r.loss.data())[0];
        } else r.loss.dispose();
      }
    },
    async check() {
      await this.run(5);
      return { loss5: last };
    },
    async result() {
      const { testX, testY } = D.mnist();
      let ok = 0;
      for (let p = 0; p < testY.length; p += 1000) {
        const z = await predict(
          tree.ref(s.p),
          arr(testX.slice(p * 784, (p + 1000) * 784), [1000, 784]),
        ).data();
        for (let i = 0; i < 1000; i++) {
          let k = 0;
          for (let j = 1; j < 10; j++) if (z[i * 10 + j] > z[i * 10 + k]) k = j;
          if (k === testY[p + i]) ok++;
        }
      }
      return { test_acc: ok / testY.length, last_loss: last };
    },
    dispose() {
      tree.dispose(s);
    },
  };
}

const dense = (p, x, from, L) => {
  for (let k = 0; k < L; k++) {
    x = np.matmul(x, p[from + 2 * k]).add(p[from + 2 * k + 1]);
    if (k < L - 1) x = nn.relu(x);
  }
  return x;
};

function mlp_train(p) {
  const L = p.sizes.length - 1;
  const params = D.denseInit(p.sizes).flatMap((l) => [arr(l.w, [l.in, l.out]), np.array(l.b)]);
  return trainer(params, (q, x) => dense(q, x, 0, L), p);
}

function lenet_train(p) {
  const { c1, c2, dense: d } = D.lenetInit();
  d[0].w = D.hwcRowsToChw(d[0].w, 5, 5, 16, 120);
  const params = [
    ...[c1, c2].flatMap((c) => [
      arr(D.hwioToOihw(c.w, 5, 5, c.cin, c.cout), [c.cout, c.cin, 5, 5]),
      arr(c.b, [c.cout, 1, 1]),
    ]),
    ...d.flatMap((l) => [arr(l.w, [l.in, l.out]), np.array(l.b)]),
  ];
  const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
  const forward = (q, x) => {
    x = x.reshape([-1, 1, 28, 28]);
    x = pool(nn.relu(lax.convGeneralDilated(x, q[0], [1, 1], "SAME").add(q[1])));
    x = pool(nn.relu(lax.convGeneralDilated(x, q[2], [1, 1], "VALID").add(q[3])));
    return dense(q, x.reshape([-1, 400]), 4, 3);
  };
  return trainer(params, forward, p);
}

function matmul({ n, batch, transpose }) {
  const shape = batch === undefined ? [n, n] : [batch, n, n];
  const size = n * n * (batch ?? 1);
  const a = arr(D.uniform(1, size, -1, 1), shape),
    b = arr(D.uniform(2, size, -1, 1), shape);
  const f = maybeJit((x, y) =>
    np.matmul(transpose === "a" ? np.matrixTranspose(x) : x, transpose === "b" ? np.matrixTranspose(y) : y),
  );
  return {
    async run(k) {
      for (let i = 0; i < k; i++) {
        const c = f(a.ref, b.ref);
        await blockUntilReady(c);
        c.dispose();
      }
    },
    async check() {
      const c = await f(a.ref, b.ref).data();
      return { c0: c[0], cLast: c.at(-1) };
    },
    dispose() {
      a.dispose();
      b.dispose();
    },
  };
}

function op_chain({ size, length, grad }) {
  const x = np.array(D.uniform(3, size)),
    y = np.array(D.uniform(4, size));
  const chain = (v, w) => {
    let h = v;
    for (let i = 0; i < length; i++) h = h.add(i === length - 1 ? w : w.ref);
    return h;
  };
  const f = maybeJit(grad ? valueAndGrad((v, w) => chain(v, w).sum()) : chain);
  const once = async () => {
    const r = f(x.ref, y.ref);
    if (!grad) return (await r.data())[0];
    return (await r[0].data())[0] + (await r[1].data())[0];
  };
  return {
    async run(k) {
      for (let i = 0; i < k; i++) await once();
    },
    check: async () => ({ v: await once() }),
    dispose() {
      x.dispose();
      y.dispose();
    },
  };
}

function softmax_xent({ rows, cols }) {
  const z = arr(D.uniform(5, rows * cols, -3, 3), [rows, cols]);
  // not nn.oneHot: inside jit it gathers from a cols x cols identity matrix, 4 GiB at 32768
  const y = arr(D.oneHot(D.integers(6, rows, cols), cols), [rows, cols]);
  const f = maybeJit(
    valueAndGrad((v, w) =>
      nn
        .logSoftmax(v)
        .mul(w)
        .sum()
        .mul(-1 / rows),
    ),
  );
  const once = async (full) => {
    const [l, g] = f(z.ref, y.ref);
    const loss = (await l.data())[0];
    if (!full) {
      await blockUntilReady(g);
      g.dispose();
      return;
    }
    return { loss, g0: (await g.data())[0] };
  };
  return {
    async run(k) {
      for (let i = 0; i < k; i++) await once();
    },
    check: () => once(true),
    dispose() {
      z.dispose();
      y.dispose();
    },
  };
}

function elementwise({ n, grad }) {
  const x = np.array(D.uniform(7, n, -2, 2));
  const h = (v) => nn.sigmoid(np.tanh(v.mul(0.9).add(0.1))).sum();
  const f = maybeJit(grad ? valueAndGrad(h) : h);
  const once = async (full) => {
    const r = f(x.ref);
    if (!grad) return { v: (await r.data())[0] };
    const v = (await r[0].data())[0];
    if (!full) {
      await blockUntilReady(r[1]);
      r[1].dispose();
      return;
    }
    return { v, g0: (await r[1].data())[0] };
  };
  return {
    async run(k) {
      for (let i = 0; i < k; i++) await once();
    },
    check: () => once(true),
    dispose() {
      x.dispose();
    },
  };
}

// What a newcomer ends up with: .ref wherever the library complained, nothing disposed by hand.
function newcomer({ sizes, batch, lr }) {
  let params = D.denseInit(sizes).flatMap((l) => [arr(l.w, [l.in, l.out]), np.array(l.b)]);
  let m = params.map((a) => np.zerosLike(a.ref)),
    v = params.map((a) => np.zerosLike(a.ref));
  let t = 0,
    last;
  const next = D.batches(batch);
  const vg = jit(
    valueAndGrad((p, x, y) => {
      const h1 = nn.relu(np.matmul(x, p[0]).add(p[1]));
      const h2 = nn.relu(np.matmul(h1, p[2]).add(p[3]));
      return nn
        .logSoftmax(np.matmul(h2, p[4]).add(p[5]))
        .mul(y)
        .sum()
        .mul(-1 / batch);
    }),
  );
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const b = next();
        const x = arr(b.x, [batch, 784]),
          y = arr(D.oneHot(b.y, 10), [batch, 10]);
        const [loss, g] = vg(
          params.map((p) => p.ref),
          x.ref,
          y.ref,
        );
        t++;
        m = m.map((q, k) => q.ref.mul(0.9).add(g[k].ref.mul(0.1)));
        v = v.map((q, k) => q.ref.mul(0.999).add(g[k].ref.mul(g[k].ref).mul(0.001)));
        params = params.map((p, k) =>
          p.ref.sub(
            m[k].ref
              .div(1 - 0.9 ** t)
              .div(np.sqrt(v[k].ref.div(1 - 0.999 ** t)).add(1e-8))
              .mul(lr),
          ),
        );
        last = loss.ref.js();
      }
    },
    result: () => ({ last_loss: last }),
  };
}

function numeric() {
  const vg = (f, x) => {
    const [v, g] = valueAndGrad(f)(np.array(x));
    return { v: v.js(), g: [...g.dataSync()] };
  };
  // An array whose elements are all equal is kept as a constant and folded in float64, which hides what float32
  // does: a second, different element keeps it honest.
  const el = (f, x) => {
    const mk = () => np.array(Float32Array.of(x, 0.25));
    return { v: f(mk()).dataSync()[0], g: [valueAndGrad((z) => f(z).sum())(mk())[1].dataSync()[0]] };
  };
  const filled = (n, v) => {
    const a = new Float32Array(n).fill(v);
    a[3] += v / 8;
    return np.array(a);
  };
  const trial = (f) => {
    try {
      return f();
    } catch (e) {
      return { error: String(e.message).slice(0, 120) };
    }
  };
  const A = (x) => np.array(x);
  const xent = (y) => (z) => nn.logSoftmax(z).mul(A(y)).sum().mul(-1);
  // the library has no sigmoid cross-entropy: written with its logSigmoid
  const pick = (k) => (a) => a.slice(k);
  const cases = {
    softmax_xent_wrong: () => vg(xent([[0, 1]]), [[1000, -1000]]),
    softmax_xent_right: () => vg(xent([[1, 0]]), [[1000, -1000]]),
    sigmoid_bce_wrong: () => el((z) => nn.logSigmoid(z.neg()).mul(-1), 1000),
    sigmoid_bce_right: () => el((z) => nn.logSigmoid(z).mul(-1), 1000),
    sigmoid_bce_neg: () => el((z) => nn.logSigmoid(z).mul(-1), -1000),
    logsumexp: () => vg((z) => nn.logsumexp(z), [1000, 1000]),
    logsumexp_neginf: () => vg((z) => nn.logsumexp(z), [-Infinity, 0]),
    logsumexp_all_neginf: () => vg((z) => nn.logsumexp(z), [-Infinity, -Infinity]),
    log_sigmoid_m200: () => el((z) => nn.logSigmoid(z), -200),
    sigmoid_m200: () => el((z) => nn.sigmoid(z), -200),
    naive_log_of_sigmoid_m200: () => el((z) => np.log(nn.sigmoid(z)), -200),
    log_softmax: () => vg((z) => pick(1)(nn.logSoftmax(z)), [1000, 0]),
    softmax_masked: () => vg((z) => pick(1)(nn.softmax(z)), [-Infinity, 0]),
    softplus_1000: () => el((z) => nn.softplus(z), 1000),
    softplus_m1000: () => el((z) => nn.softplus(z), -1000),
    tanh_1000: () => el((z) => np.tanh(z), 1000),
    sqrt_0: () => el((z) => np.sqrt(z), 0),
    norm_00: () => vg((z) => np.linalg.norm(z), [0, 0]),
    where_log_0: () => el((z) => np.where(z.ref.greater(0), np.log(z), 0), 0),
    pow_0_2: () => el((z) => np.power(z, 2), 0),
    pow_m2_3: () => el((z) => np.power(z, 3), -2),
    abs_0: () => el((z) => np.abs(z), 0),
    relu_0: () => el((z) => nn.relu(z), 0),
    max_tie: () => vg((z) => np.max(z), [2, 2]),
    log1p_1e_10: () => el((z) => np.log1p(z), 1e-10),
    expm1_1e_10: () => el((z) => np.expm1(z), 1e-10),
    sum_ones_2p25: () => ({
      v: filled(2 ** 25, 1)
        .sum()
        .js(),
    }),
    mean_tenth_1e7: () => ({ v: filled(1e7, 0.1).mean().js() }),
    variance_1e4_offset: () => ({ v: np.var_(A([10000, 10001, 10002, 10003])).js() }),
  };
  return {
    run() {},
    result: () => ({
      ...Object.fromEntries(Object.entries(cases).map(([k, f]) => [k, trial(f)])),
      ...D.ulpReport((fn, x) => (np[fn] ?? nn[fn])(np.array(x)).dataSync()),
    }),
  };
}

const pkg = JSON.parse(
  fs.readFileSync(
    createRequire(import.meta.url)
      .resolve("@jax-js/jax")
      .replace(/dist[\\/].*$/, "package.json"),
    "utf8",
  ),
);
await main({
  name: `jaxjs-${mode}`,
  info: () => ({
    versions: { jaxjs: pkg.version, node: process.version },
    threads: typeof Worker === "undefined" ? 1 : "workers",
  }),
  kinds: { mlp_train, lenet_train, matmul, op_chain, softmax_xent, elementwise, newcomer, numeric },
});
