// onnxruntime-node: runs fixed ONNX graphs; it has no gradients, so only products and forward numerics.
// Options: --threads=1|2. The graphs are encoded here by hand (a few protobuf fields).
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import * as ort from "onnxruntime-node";
import * as D from "../lib/data.mjs";
import { main, options, Unsupported } from "../lib/harness.mjs";

const threads = Number(options().threads ?? 1);

const varint = (n) => {
  const o = [];
  while (n > 127) {
    o.push((n & 127) | 128);
    n = Math.floor(n / 128);
  }
  o.push(n);
  return o;
};
const num = (f, v) => [...varint(f * 8), ...varint(v)];
const len = (f, bytes) => [...varint(f * 8 + 2), ...varint(bytes.length), ...bytes];
const str = (f, s) => len(f, [...Buffer.from(s)]);
const valueInfo = (name, dims) => [
  ...str(1, name),
  ...len(
    2,
    len(1, [
      ...num(1, 1),
      ...len(
        2,
        dims.flatMap((d) => len(1, num(1, d))),
      ),
    ]),
  ),
];
const node = (op, ins, outs) => [
  ...ins.flatMap((i) => str(1, i)),
  ...outs.flatMap((o) => str(2, o)),
  ...str(4, op),
];
function model(nodes, ins, outs) {
  const graph = [
    ...nodes.flatMap((n) => len(1, node(...n))),
    ...str(2, "g"),
    ...Object.entries(ins).flatMap(([k, d]) => len(11, valueInfo(k, d))),
    ...Object.entries(outs).flatMap(([k, d]) => len(12, valueInfo(k, d))),
  ];
  return Uint8Array.from([...num(1, 8), ...len(8, num(2, 17)), ...len(7, graph)]);
}
const session = (m) =>
  ort.InferenceSession.create(m, { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 });

async function matmul({ n, batch, transpose }) {
  if (batch !== undefined || transpose !== undefined) throw new Unsupported("measured as x y alone");
  const s = await session(model([["MatMul", ["a", "b"], ["c"]]], { a: [n, n], b: [n, n] }, { c: [n, n] }));
  const feeds = {
    a: new ort.Tensor("float32", D.uniform(1, n * n, -1, 1), [n, n]),
    b: new ort.Tensor("float32", D.uniform(2, n * n, -1, 1), [n, n]),
  };
  return {
    async run(k) {
      for (let i = 0; i < k; i++) await s.run(feeds);
    },
    async check() {
      const c = (await s.run(feeds)).c.data;
      return { c0: c[0], cLast: c[n * n - 1] };
    },
    dispose: () => s.release(),
  };
}

async function elementwise({ n, grad }) {
  if (grad) throw new Unsupported("no gradients");
  const s = await session(
    model(
      [
        ["Mul", ["x", "a"], ["t1"]],
        ["Add", ["t1", "b"], ["t2"]],
        ["Tanh", ["t2"], ["t3"]],
        ["Sigmoid", ["t3"], ["t4"]],
        ["ReduceSum", ["t4"], ["y"]],
      ],
      { x: [n], a: [1], b: [1] },
      { y: [1] },
    ),
  );
  const f = (v) => new ort.Tensor("float32", v, [v.length]);
  const feeds = { x: f(D.uniform(7, n, -2, 2)), a: f(Float32Array.of(0.9)), b: f(Float32Array.of(0.1)) };
  const once = async () => ({ v: (await s.run(feeds)).y.data[0] });
  return {
    async run(k) {
      for (let i = 0; i < k; i++) await once();
    },
    check: once,
    dispose: () => s.release(),
  };
}

async function numeric() {
  const run = async (nodes, x, outDims) => {
    try {
      const s = await session(model(nodes, { x: [1, x.length] }, { y: outDims }));
      return {
        v: [...(await s.run({ x: new ort.Tensor("float32", Float32Array.from(x), [1, x.length]) })).y.data],
      };
    } catch (e) {
      return { error: String(e.message).slice(0, 120) };
    }
  };
  return {
    run() {},
    result: async () => ({
      log_softmax: await run([["LogSoftmax", ["x"], ["y"]]], [1000, 0], [1, 2]),
      softmax_xent_wrong: await run([["LogSoftmax", ["x"], ["y"]]], [1000, -1000], [1, 2]),
      softmax_masked: await run([["Softmax", ["x"], ["y"]]], [-Infinity, 0], [1, 2]),
      logsumexp: await run([["ReduceLogSumExp", ["x"], ["y"]]], [1000, 1000], [1, 1]),
      logsumexp_neginf: await run([["ReduceLogSumExp", ["x"], ["y"]]], [-Infinity, 0], [1, 1]),
      naive_log_of_sigmoid_m200: await run(
        [
          ["Sigmoid", ["x"], ["s"]],
          ["Log", ["s"], ["y"]],
        ],
        [-200],
        [1, 1],
      ),
      softplus_1000: await run([["Softplus", ["x"], ["y"]]], [1000], [1, 1]),
    }),
  };
}

const root = createRequire(import.meta.url)
  .resolve("onnxruntime-node")
  .replace(/onnxruntime-node[\\/]dist[\\/].*$/, "");
await main({
  name: `ort-${threads}t`,
  info: () => ({
    versions: {
      ort: JSON.parse(fs.readFileSync(path.join(root, "onnxruntime-node", "package.json"), "utf8")).version,
      node: process.version,
    },
    threads,
  }),
  kinds: { matmul, elementwise, numeric },
});
