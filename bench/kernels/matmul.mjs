/**
 * GFLOP/s of the WebAssembly matrix products, and their share of this machine's peak of 128-bit multiply-adds, probed in the same run.
 * Each figure is the best of many short samples: other work on the machine only adds time. Processor time (--clock cpu) is the fairer
 * clock for the large products on a busy machine. --zeros is the share of zeros in the first operand, at random places, which a product
 * may leave out; the floating-point operations are counted as if it did not.
 *
 *   npx tsc -p packages/wasm/tsconfig.build.json --emitDeclarationOnly false --declaration false --declarationMap false --outDir bench/out/wasm
 *   node bench/kernels/matmul.mjs [--only TEXT] [--simd relaxed|plain|none] [--dtype float32] [--keeps-load-order] [--seconds 0.3] [--clock wall|cpu] [--zeros 0.8]
 */
import { parseArgs } from "node:util";
import v8 from "node:v8";

const major = Number(process.versions.node.split(".")[0]);
v8.setFlagsFromString("--no-liftoff"); // optimised code from the first call, as after tiering up
if (major < 22) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");

const { FunctionBuilder, ModuleBuilder, f32x4, i32, loopWhile, v128 } = await import(
  "../out/wasm/ir/index.js"
);
const { matmulFlops, matmulKernel } = await import("../out/wasm/kernels/matmul/matmul.js");

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    simd: { type: "string", default: "relaxed" },
    dtype: { type: "string", default: "float32" },
    seconds: { type: "string", default: "0.3" },
    zeros: { type: "string", default: "0" },
    clock: { type: "string", default: "wall" },
    "keeps-load-order": { type: "boolean", default: major >= 24 },
  },
});
const target = {
  hasVectors: options.simd !== "none",
  isFused: options.simd === "relaxed",
  keepsLoadOrder: options["keeps-load-order"],
};
const seconds = Number(options.seconds);
const zeros = Number(options.zeros);
const memory = new WebAssembly.Memory({ initial: 1024 });

function instantiate(builder) {
  const module = new ModuleBuilder({ shared: false });
  module.addFunction("run", builder);
  const bytes = module.build();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { run: instance.exports.run, bytes: bytes.length };
}

/** Milliseconds. */
function now() {
  if (options.clock === "wall") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Seconds of the fastest of many calls' samples. */
function best(run, limit = seconds) {
  run();
  let start = now();
  run();
  const calls = Math.max(1, Math.ceil((options.clock === "cpu" ? 20 : 1) / (now() - start + 1e-3)));
  let least = Number.POSITIVE_INFINITY;
  const end = performance.now() + limit * 1000;
  do {
    start = now();
    for (let i = 0; i < calls; i++) run();
    least = Math.min(least, (now() - start) / calls);
  } while (performance.now() < end);
  return least / 1000;
}

/** Twelve independent sums, which is more than the multiply-adds in flight. */
function probePeak() {
  const fused = target.isFused;
  const f = new FunctionBuilder(["i32"]);
  const count = f.parameter(0);
  const sums = Array.from({ length: 12 }, () => f.keep(f32x4.const(0)));
  const [x, y] = [f.keep(f32x4.splat(f32x4.extractLane(f32x4.const(1), 0))), f.keep(f32x4.const(0.5))];
  const body = sums.map((sum) =>
    sum.set(fused ? f32x4.relaxedMadd(x, y, sum) : f32x4.add(sum, f32x4.mul(x, y))),
  );
  f.emit(loopWhile(body, count.tee(i32.sub(count, i32.const(1)))));
  for (const [i, sum] of sums.entries()) f.emit(v128.store(i32.const(16 * i), sum));
  const { run } = instantiate(f);
  const steps = 20000;
  return (steps * sums.length * 8) / best(() => run(steps), 0.5);
}

const square = (n) => [
  [`square ${n}`, n, n, n],
  [`square ${n}`, n, n, n, "A"],
  [`square ${n}`, n, n, n, "B"],
  [`square ${n}`, n, n, n, "AB"],
];

/** Name, m, k, n, transposed operands, batch, shared operand. */
const shapes = [
  ...[64, 128, 256, 512, 1024].flatMap(square),
  ["W1 x·w1", 32, 784, 25],
  ["W1 x·w2", 32, 25, 15],
  ["W1 x·w3", 32, 15, 10],
  ["W1 dW1", 784, 32, 25, "A"],
  ["W1 dW2", 25, 32, 15, "A"],
  ["W1 dW3", 15, 32, 10, "A"],
  ["W1 dx2", 32, 15, 25, "B"],
  ["W1 dx3", 32, 10, 15, "B"],
  ["W1 x·w1, batch 128", 128, 784, 25],
  ["W1 dW1, batch 128", 784, 128, 25, "A"],
  ["W2 x·w1", 128, 784, 512],
  ["W2 x·w2", 128, 512, 512],
  ["W2 x·w3", 128, 512, 10],
  ["W2 dW1", 784, 128, 512, "A"],
  ["W2 dW2", 512, 128, 512, "A"],
  ["W2 dW3", 512, 128, 10, "A"],
  ["W2 dx2", 128, 512, 512, "B"],
  ["W2 dx3", 128, 10, 512, "B"],
  ["LeNet conv1", 6, 25, 784, "", 64, "A"],
  ["LeNet conv1 dW", 6, 784, 25, "B", 64],
  ["LeNet conv1 dx", 25, 6, 784, "A", 64, "A"],
  ["LeNet conv2", 16, 150, 100, "", 64, "A"],
  ["LeNet conv2 dW", 16, 100, 150, "B", 64],
  ["LeNet conv2 dx", 150, 16, 100, "A", 64, "A"],
  ["LeNet x·w3", 64, 400, 120],
  ["LeNet dW3", 400, 64, 120, "A"],
  ["LeNet dx3", 64, 120, 400, "B"],
  ["LeNet x·w4", 64, 120, 84],
  ["LeNet dW4", 120, 64, 84, "A"],
  ["LeNet dx4", 64, 84, 120, "B"],
  ["LeNet x·w5", 64, 84, 10],
  ["LeNet dW5", 84, 64, 10, "A"],
  ["LeNet dx5", 64, 10, 84, "B"],
  ["batched 64", 64, 64, 64, "", 16],
  ["batched 64", 64, 64, 64, "A", 16],
  ["batched 64", 64, 64, 64, "B", 16],
  ["row × matrix", 1, 784, 25],
  ["row × matrix", 1, 512, 512],
  ["row × matrixᵀ", 1, 512, 512, "B"],
  ["matrix × column", 512, 512, 1],
  ["matrixᵀ × column", 512, 512, 1, "A"],
  ["outer product", 512, 1, 512],
  ["dot product", 1, 4096, 1],
];

const peak = probePeak();
console.log(
  `peak ${(peak / 1e9).toFixed(1)} GFLOP/s in float32, ${options.simd}, keepsLoadOrder ${target.keepsLoadOrder}, Node ${process.versions.node}`,
);
for (const [name, m, k, n, transposed = "", batch = 1, shared = ""] of shapes) {
  const spec = {
    m,
    k,
    n,
    transposeA: transposed.includes("A"),
    transposeB: transposed.includes("B"),
    dtype: options.dtype,
    batch,
    strideA: shared.includes("A") ? 0 : m * k,
    strideB: shared.includes("B") ? 0 : k * n,
  };
  const text = `${name} [${m},${k}]${spec.transposeA ? "ᵀ" : ""}×[${k},${n}]${spec.transposeB ? "ᵀ" : ""}${batch > 1 ? ` ×${batch}` : ""}`;
  if (!text.includes(options.only)) continue;
  const elementBytes = options.dtype === "float64" ? 8 : 4;
  const align = (address) => Math.ceil(address / 64) * 64 + 64;
  const a = 64;
  const b = align(a + batch * m * k * elementBytes);
  const c = align(b + batch * k * n * elementBytes);
  const scratch = align(c + batch * m * n * elementBytes);
  let start = performance.now();
  const { units, scratchBytes, write } = matmulKernel(spec, target);
  const builder = write();
  builder.body();
  const emitted = performance.now() - start;
  const needed = align(scratch + scratchBytes);
  if (needed > memory.buffer.byteLength) memory.grow(Math.ceil((needed - memory.buffer.byteLength) / 65536));
  const array = { float32: Float32Array, float64: Float64Array, int32: Int32Array }[options.dtype];
  new array(memory.buffer, b, batch * k * n).fill(1);
  // The multiples of an irrational number, modulo 1, are spread evenly; their squares' have no pattern.
  const isZero = (i) => (i * i * Math.SQRT2) % 1 < zeros;
  new array(memory.buffer, a, batch * m * k).forEach((_, i, all) => {
    all[i] = isZero(i) ? 0 : 1;
  });
  start = performance.now();
  const { run, bytes } = instantiate(builder);
  const compiled = performance.now() - start;
  const time = best(() => run(a, b, c, scratch, 0, units));
  const rate = matmulFlops(spec) / time;
  console.log(
    `${text.padEnd(40)} ${(time * 1e6).toFixed(1).padStart(9)} µs ${(rate / 1e9).toFixed(1).padStart(6)} GFLOP/s ${((rate / peak) * 100).toFixed(0).padStart(4)} %   ${String(bytes).padStart(5)} bytes, emitted in ${emitted.toFixed(2)} ms, compiled in ${compiled.toFixed(1)} ms, ${units} units`,
  );
}
