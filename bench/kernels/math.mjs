// Throughput of the elementary functions of @adjoint/wasm in elements a second, in the first-level cache, one thread:
//
//     npx tsc -p packages/wasm/tsconfig.build.json --emitDeclarationOnly false --declaration false --declarationMap false --outDir bench/out/wasm
//     node bench/kernels/math.mjs [--names=exp,log] [--targets=plain] [--exhaustive]
//
// `--exhaustive` runs every float32 through the float32 function and through the float64 one in float64, in WebAssembly, and prints the
// largest difference in float32 ulps. The float64 functions are within 2 of their own ulps, which are 2⁻²⁹ of these.
import { FunctionBuilder, f32, f64, i32, i32x4, ModuleBuilder, v128 } from "../out/wasm/ir/index.js";
import { lanesFor, widthOf } from "../out/wasm/lanes/index.js";
import { mathTable } from "../out/wasm/math/index.js";
import { targetOf } from "../out/wasm/platform.js";

const COUNT = 4096;
const option = (name) => process.argv.find((one) => one.startsWith(`--${name}`))?.split("=");
const names = option("names")?.[1].split(",") ?? [...mathTable.keys()];
const available = targetOf().isFused ? ["relaxed", "plain", "none"] : ["plain", "none"];
const targets = option("targets")?.[1].split(",") ?? available;
const memory = new WebAssembly.Memory({ initial: 64 });

/** A function over arrays in memory: `run(bytes)` reads operands from 0 and from 64 KiB on, and writes from 128 KiB on. */
function compile(dtype, simd, write) {
  const target = { hasVectors: simd !== "none", isFused: simd === "relaxed", keepsLoadOrder: false };
  const f = new FunctionBuilder(["i32"]);
  const width = widthOf(dtype, target);
  const lanes = lanesFor(dtype, width, f, target);
  const memoryOf = width > 1 ? v128 : dtype === "float32" ? f32 : f64;
  const at = f.local("i32");
  const body = f.capture(() => {
    f.forRange(at, i32.const(0), f.parameter(0), width * (dtype === "float32" ? 4 : 8), () => {
      const operands = [0, 65536].map((offset) => memoryOf.load(at, offset));
      const value = f.keep(write(lanes, ...operands));
      f.emit(memoryOf.store(at, value, 131072));
    });
  });
  f.emit(lanes.prologue(), body);
  return instantiate(f);
}

function instantiate(f) {
  const module = new ModuleBuilder({ shared: false });
  module.addFunction("run", f);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { env: { memory } });
  return instance.exports.run;
}

/** Elements a second, in units of 10⁹: the best of 60 samples. */
function throughput(dtype, simd, name) {
  const write = mathTable.get(name)?.[dtype];
  if (write === undefined) return undefined;
  const run = compile(dtype, simd, write);
  const ArrayOf = dtype === "float32" ? Float32Array : Float64Array;
  const isPositive = /^log(2|10|1p)?$|^pow$/.test(name);
  const x = new ArrayOf(memory.buffer, 0, COUNT);
  const y = new ArrayOf(memory.buffer, 65536, COUNT);
  for (let i = 0; i < COUNT; i++) {
    x[i] = isPositive ? Math.exp(6 * Math.sin(i)) : 8 * Math.sin(1.37 * i);
    y[i] = 3 * Math.cos(i);
  }
  const bytes = COUNT * ArrayOf.BYTES_PER_ELEMENT;
  for (let i = 0; i < 400; i++) run(bytes);
  let best = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < 60; sample++) {
    const start = performance.now();
    for (let i = 0; i < 20; i++) run(bytes);
    best = Math.min(best, performance.now() - start);
  }
  return (COUNT * 20) / best / 1e6;
}

const CHUNK = 2 ** 22;

/** The largest error of a float32 function over all arguments, in ulps, and the first of the arguments among which it is. */
function exhaust(name, simd) {
  const entry = mathTable.get(name);
  const target = { hasVectors: simd !== "none", isFused: simd === "relaxed", keepsLoadOrder: false };
  const f = new FunctionBuilder(["i32"]);
  const width = widthOf("float32", target);
  const lanes = lanesFor("float32", width, f, target);
  const { wide } = lanes;
  const at = f.local("i32");
  const body = f.capture(() => {
    const worst = f.keep(lanes.constant(0));
    // Bits of the arguments: from the parameter on, one after another.
    const first =
      width === 1 ? f.parameter(0) : i32x4.add(i32x4.splat(f.parameter(0)), i32x4.const(0, 1, 2, 3));
    const bits = f.keep(first);
    f.forRange(at, i32.const(0), i32.const(CHUNK), width, () => {
      const x = lanes.keep(lanes.fromBits(bits));
      const actual = lanes.keep(entry.float32(lanes, x));
      const exact = lanes.widen(x).map((part) => wide.keep(entry.float64(wide, part)));
      const got = lanes.widen(actual);
      const errors = exact.map((e, i) => {
        // The spacing of float32 is 2⁻²³ of the power of two below, and at least 2⁻¹⁴⁹.
        const power = wide.fromBits(wide.intAnd(wide.bits(e), wide.intConstant(0x7ff0000000000000n)));
        const spacing = wide.mul(wide.atLeast(power, wide.constant(2 ** -126)), wide.constant(2 ** -23));
        return wide.div(wide.abs(wide.sub(got[i], e)), spacing);
      });
      const rounded = lanes.keep(lanes.narrow(exact));
      const bothNaN = lanes.and(lanes.ne(rounded, rounded), lanes.ne(actual, actual));
      const isSame = lanes.or(lanes.eq(rounded, actual), bothNaN);
      const error = lanes.select(isSame, lanes.constant(0), lanes.narrow(errors));
      f.emit(worst.set(lanes.max(worst, error)), bits.set(lanes.intAdd(bits, lanes.intConstant(width))));
    });
    f.emit((width === 1 ? f32 : v128).store(i32.const(0), worst));
  });
  f.emit(lanes.prologue(), body);
  const run = instantiate(f);
  let worst = { error: 0, from: 0 };
  for (let from = 0; from < 2 ** 32; from += CHUNK) {
    run(from | 0);
    const error = Math.max(...new Float32Array(memory.buffer, 0, width));
    if (!(error <= worst.error)) worst = { error, from };
  }
  return { error: worst.error, from: new Float32Array(Uint32Array.of(worst.from).buffer)[0] };
}

if (option("exhaustive")) {
  for (const name of names.filter((one) => mathTable.get(one)?.float64 !== undefined)) {
    for (const simd of targets) {
      const { error, from } = exhaust(name, simd);
      console.log(`${name} ${simd}: ${error.toFixed(4)} ulp, near ${from}`);
    }
  }
} else {
  console.log(`10⁹ elements a second, float32 then float64, with ${targets.join(", ")} vectors`);
  for (const name of names) {
    const columns = ["float32", "float64"].map((dtype) =>
      targets.map((simd) => throughput(dtype, simd, name)?.toFixed(2) ?? "–").join(" "),
    );
    console.log(`${name.padEnd(13)} ${columns.join("   ")}`);
  }
}
