// What the stabilising pass costs: the CPU time of tracing a training step, with it and without it, in turns.
// A backend that prepares and computes nothing leaves the trace alone.
import * as adjoint from "../packages/adjoint/dist/index.js";

const { adam, compile, dense, random, relu, sequential, setBackend, sparseCategoricalCrossentropy, zeros } =
  adjoint;

const traces = 1500;
const warmUp = 300;

const none = {
  name: "none",
  prepare: ({ outputs }) => ({
    run: () => outputs.map(({ size }) => adjoint.Storage.of(new Float32Array(size))),
  }),
};

/** A function that traces the training step of a dense net anew. */
function tracing(widths) {
  const keys = random.split(random.key(1), widths.length);
  const layers = widths.slice(1).flatMap((width, i) => {
    const layer = dense(widths[i], width, { key: keys[i] });
    return i === widths.length - 2 ? [layer] : [layer, relu];
  });
  const model = sequential(...layers);
  const optimizer = adam(model.parameters());
  const images = zeros([32, widths[0]]);
  const labels = zeros([32], { dtype: "int32" });
  images.toTypedArray();
  labels.toTypedArray();
  return (options) => {
    const step = compile((x, y) => {
      const loss = sparseCategoricalCrossentropy(model(x), y);
      optimizer.minimize(loss);
      return loss;
    }, options);
    step(images, labels);
  };
}

/** Milliseconds of CPU for one trace. */
function cpu(trace, options) {
  const before = process.cpuUsage();
  trace(options);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Half of the traces take less: those in which memory is collected or another process comes in between do not decide. */
function median(times) {
  return times.sort((a, b) => a - b)[times.length >> 1];
}

for (const [name, widths] of [
  ["784-25-15-10", [784, 25, 15, 10]],
  ["12 layers", [64, ...new Array(11).fill(32), 10]],
]) {
  const trace = tracing(widths);
  // Parameters start as graphs: they are computed before the backend goes.
  trace({});
  setBackend(none);
  const on = [];
  const off = [];
  for (let i = 0; i < warmUp + traces; i++) {
    const withPass = cpu(trace, {});
    const without = cpu(trace, { stabilise: false });
    if (i < warmUp) continue;
    on.push(withPass);
    off.push(without);
  }
  const share = 1 - median(off) / median(on);
  console.log(
    `${name}: ${median(on).toFixed(3)} ms of CPU a trace, ${median(off).toFixed(3)} without the pass: ${(100 * share).toFixed(1)} %`,
  );
  setBackend(adjoint.referenceBackend);
}
