// No library: hand-written loops on Float32Array, the floor that a framework in JavaScript has to beat.
// Also the smallest example of a peer. Option: --skip=1 (pass over zero inputs: 81 % of MNIST's pixels)

import * as D from "../lib/data.mjs";
import { main, options } from "../lib/harness.mjs";

const skip = options().skip === "1";

// c[m,n] = a[m,k] * b[k,n], the loop order that V8 runs well
function mm(a, b, c, m, k, n) {
  c.fill(0);
  for (let i = 0; i < m; i++)
    for (let p = 0; p < k; p++) {
      const v = a[i * k + p];
      if (skip && v === 0) continue;
      const bo = p * n,
        co = i * n;
      for (let j = 0; j < n; j++) c[co + j] += v * b[bo + j];
    }
}
// c[k,n] = a[m,k]^T * b[m,n]
function mmTn(a, b, c, m, k, n) {
  c.fill(0);
  for (let i = 0; i < m; i++)
    for (let p = 0; p < k; p++) {
      const v = a[i * k + p];
      if (skip && v === 0) continue;
      const bo = i * n,
        co = p * n;
      for (let j = 0; j < n; j++) c[co + j] += v * b[bo + j];
    }
}
// c[m,k] = a[m,n] * b[k,n]^T
function mmNt(a, b, c, m, k, n) {
  for (let i = 0; i < m; i++)
    for (let p = 0; p < k; p++) {
      let s = 0;
      for (let j = 0; j < n; j++) s += a[i * n + j] * b[p * n + j];
      c[i * k + p] = s;
    }
}

function mlp_train({ sizes, batch: B, lr }) {
  const layers = D.denseInit(sizes);
  const L = layers.length;
  const like = (a) => new Float32Array(a.length);
  const P = layers.flatMap((l) => [l.w, l.b]);
  const G = P.map(like),
    M = P.map(like),
    V = P.map(like);
  const acts = sizes.map((s) => new Float32Array(B * s)),
    deltas = sizes.map((s) => new Float32Array(B * s));
  const next = D.batches(B);
  let t = 0,
    last = NaN;
  function forward(x, bs, out) {
    out[0] = x;
    for (let k = 0; k < L; k++) {
      const { in: I, out: O } = layers[k],
        h = out[k + 1];
      mm(out[k], P[2 * k], h, bs, I, O);
      for (let i = 0; i < bs; i++)
        for (let j = 0; j < O; j++) {
          const z = h[i * O + j] + P[2 * k + 1][j];
          h[i * O + j] = k < L - 1 && z < 0 ? 0 : z;
        }
    }
    return out[L];
  }
  function step({ x, y }) {
    const z = forward(x, B, acts),
      K = sizes[L],
      d = deltas[L];
    let loss = 0;
    for (let i = 0; i < B; i++) {
      let mx = -Infinity,
        s = 0;
      for (let j = 0; j < K; j++) mx = Math.max(mx, z[i * K + j]);
      for (let j = 0; j < K; j++) s += Math.exp(z[i * K + j] - mx);
      const lse = mx + Math.log(s);
      loss += lse - z[i * K + y[i]];
      for (let j = 0; j < K; j++) d[i * K + j] = (Math.exp(z[i * K + j] - lse) - (j === y[i] ? 1 : 0)) / B;
    }
    for (let k = L - 1; k >= 0; k--) {
      const { in: I, out: O } = layers[k],
        dk = deltas[k + 1];
      mmTn(acts[k], dk, G[2 * k], B, I, O);
      G[2 * k + 1].fill(0);
      for (let i = 0; i < B; i++) for (let j = 0; j < O; j++) G[2 * k + 1][j] += dk[i * O + j];
      if (k > 0) {
        mmNt(dk, P[2 * k], deltas[k], B, I, O);
        for (let i = 0; i < deltas[k].length; i++) if (acts[k][i] <= 0) deltas[k][i] = 0;
      }
    }
    t++;
    const c1 = 1 - 0.9 ** t,
      c2 = 1 - 0.999 ** t;
    for (let q = 0; q < P.length; q++) {
      const p = P[q],
        g = G[q],
        m = M[q],
        v = V[q];
      for (let i = 0; i < p.length; i++) {
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
        p[i] -= (lr * (m[i] / c1)) / (Math.sqrt(v[i] / c2) + 1e-8);
      }
    }
    return loss / B;
  }
  return {
    run(n) {
      for (let i = 0; i < n; i++) last = step(next());
    },
    check() {
      this.run(5);
      return { loss5: last };
    },
    result() {
      const { testX, testY } = D.mnist();
      const n = testY.length,
        z = forward(testX, n, [null, ...sizes.slice(1).map((s) => new Float32Array(n * s))]);
      let ok = 0;
      for (let i = 0; i < n; i++) {
        let k = 0;
        for (let j = 1; j < 10; j++) if (z[i * 10 + j] > z[i * 10 + k]) k = j;
        if (k === testY[i]) ok++;
      }
      return { test_acc: ok / n, last_loss: last };
    },
  };
}

function matmul({ n, batch = 1, transpose = "none" }) {
  const a = D.uniform(1, batch * n * n, -1, 1),
    b = D.uniform(2, batch * n * n, -1, 1),
    c = new Float32Array(batch * n * n);
  const product = { none: mm, a: mmTn, b: mmNt }[transpose];
  const once = () => {
    for (let p = 0; p < batch; p++) {
      const part = (x) => x.subarray(p * n * n, (p + 1) * n * n);
      product(part(a), part(b), part(c), n, n, n);
    }
  };
  return {
    run(k) {
      for (let i = 0; i < k; i++) once();
    },
    check() {
      once();
      return { c0: c[0], cLast: c.at(-1) };
    },
  };
}

function elementwise({ n, grad }) {
  const x = D.uniform(7, n, -2, 2),
    g = new Float32Array(n);
  const once = () => {
    let s = 0;
    for (let i = 0; i < n; i++) {
      const t = Math.tanh(x[i] * 0.9 + 0.1),
        y = 1 / (1 + Math.exp(-t));
      s += y;
      if (grad) g[i] = y * (1 - y) * (1 - t * t) * 0.9;
    }
    return grad ? { v: s, g0: g[0] } : { v: s };
  };
  return {
    run(k) {
      for (let i = 0; i < k; i++) once();
    },
    check: once,
  };
}

function softmax_xent({ rows, cols }) {
  const z = D.uniform(5, rows * cols, -3, 3),
    y = D.integers(6, rows, cols),
    g = new Float32Array(rows * cols);
  const once = () => {
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const o = i * cols;
      let mx = -Infinity,
        s = 0;
      for (let j = 0; j < cols; j++) if (z[o + j] > mx) mx = z[o + j];
      for (let j = 0; j < cols; j++) s += g[o + j] = Math.exp(z[o + j] - mx);
      loss += mx + Math.log(s) - z[o + y[i]];
      const k = 1 / (s * rows);
      for (let j = 0; j < cols; j++) g[o + j] *= k;
      g[o + y[i]] -= 1 / rows;
    }
    return { loss: loss / rows, g0: g[0] };
  };
  return {
    run(k) {
      for (let i = 0; i < k; i++) once();
    },
    check: once,
  };
}

await main({
  name: skip ? "plainjs-skip0" : "plainjs",
  info: () => ({ versions: { node: process.version }, threads: 1 }),
  kinds: { mlp_train, matmul, elementwise, softmax_xent },
});
