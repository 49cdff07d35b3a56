// No library and no product: as many multiply-adds as a product has, on 128-bit registers alone. The time of a product by
// this one's says what share of the processor's peak in WebAssembly it reaches.
import { setFlagsFromString } from "node:v8";
import { main } from "../lib/harness.mjs";

const accumulators = 12; // two units with a latency of four cycles need eight
const unrolled = 4;

const unsigned = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...unsigned(n >>> 7)]);
const vector = (items) => [...unsigned(items.length), ...items.flat()];
const section = (id, content) => [id, ...unsigned(content.length), ...content];
const simd = (opcode) => [0xfd, ...unsigned(opcode)];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const splat = (value) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer), ...simd(0x13)];

/** A module with one function `run(iterations)`, in which each accumulator is `accumulator · a + b` again and again. */
function bytes(isFused) {
  const [count, a, b, first] = [0, 1, 2, 3];
  const all = Array.from({ length: accumulators }, (_, i) => first + i);
  const step = (local) =>
    isFused
      ? [...get(local), ...get(a), ...get(b), ...simd(0x105), ...set(local)]
      : [...get(local), ...get(a), ...simd(0xe6), ...get(b), ...simd(0xe4), ...set(local)];
  const code = [
    ...splat(0.999),
    ...set(a),
    ...splat(0.001),
    ...set(b),
    ...all.flatMap((local) => [...splat(local), ...set(local)]),
    ...[0x03, 0x40], // loop
    ...Array.from({ length: unrolled }, () => all.flatMap(step)).flat(),
    ...[...get(count), 0x41, 1, 0x6b, 0x22, count], // count − 1, kept
    ...[0x0d, 0, 0x0b], // again while it is not 0
    ...get(first),
    ...all.slice(1).flatMap((local) => [...get(local), ...simd(0xe4)]),
    ...[...simd(0x1f), 0, 0x0b], // lane 0 of their sum
  ];
  const body = [...vector([[2 + accumulators, 0x7b]]), ...code];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, ...vector([0x7f]), ...vector([0x7d])]])),
    ...section(3, vector([0])),
    ...section(7, vector([[...vector([...Buffer.from("run")]), 0, 0]])),
    ...section(10, vector([vector(body)])),
  ]);
}

if (!WebAssembly.validate(bytes(true))) setFlagsFromString("--experimental-wasm-relaxed-simd");
const isFused = WebAssembly.validate(bytes(true));
const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes(isFused))).exports;
const operationsPerIteration = unrolled * accumulators * 4 * 2;

function matmul({ n, batch = 1 }) {
  const iterations = Math.ceil((2 * n ** 3 * batch) / operationsPerIteration);
  return {
    run(k) {
      // In short calls: a call that runs while better code is compiled ends in the code that it began with.
      for (let left = k * iterations; left > 0; left -= 10_000) run(Math.min(left, 10_000));
    },
  };
}

await main({
  name: "peak",
  info: () => ({
    versions: { node: process.version },
    threads: 1,
    multiplyAdd: isFused ? "fused" : "in two",
  }),
  kinds: { matmul },
});
