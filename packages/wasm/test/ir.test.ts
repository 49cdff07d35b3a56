import { expect, test } from "vitest";
import { FunctionBuilder, f32, f32x4, i32, i64, ModuleBuilder, v128 } from "../src/ir/index.ts";

function instantiate(builder: FunctionBuilder, memory: WebAssembly.Memory): (...args: number[]) => number {
  const module = new ModuleBuilder({ shared: false });
  module.addFunction("run", builder);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { env: { memory } });
  return instance.exports.run as (...args: number[]) => number;
}

test("a loop over vectors", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const numbers = new Float32Array(memory.buffer);
  for (let i = 0; i < 64; i++) numbers[i] = i;
  const f = new FunctionBuilder(["i32", "i32"], ["f32"]);
  const [from, to] = [f.parameter<"i32">(0), f.parameter<"i32">(1)];
  const total = f.keep(f32x4.const(0));
  const at = f.local("i32");
  f.forRange(at, from, to, 16, () => {
    f.emit(total.set(f32x4.add(total, v128.load(at))));
  });
  const lanes = [0, 1, 2, 3].map((lane) => f32x4.extractLane(total, lane));
  f.emit(f32.add(f32.add(lanes[0], lanes[1]), f32.add(lanes[2], lanes[3])).code);
  const run = instantiate(f, memory);
  expect(run(0, 256)).toBe(2016);
  expect(run(16, 32)).toBe(4 + 5 + 6 + 7);
  expect(run(16, 16)).toBe(0);
});

test.each([0, 1, -1, 63, 64, -64, -65, 127, 128, 2 ** 31 - 1, -(2 ** 31)])("the constant %d", (value) => {
  const f = new FunctionBuilder([], ["i32"]);
  f.emit(i32.const(value).code);
  expect(instantiate(f, new WebAssembly.Memory({ initial: 1 }))()).toBe(value);
  const g = new FunctionBuilder([], ["i32"]);
  g.emit(i32.wrap(i64.shrs(i64.const(BigInt(value) << 32n), i64.const(32n))).code);
  expect(instantiate(g, new WebAssembly.Memory({ initial: 1 }))()).toBe(value);
});
