import { type Expression, FunctionBuilder, f32, f64, i32, ModuleBuilder, v128 } from "../src/ir/index.ts";
import { lanesFor, widthOf } from "../src/lanes/index.ts";
import type { Lanes } from "../src/lanes.ts";
import { targetOf } from "../src/platform.ts";
import type { Simd, Target } from "../src/target.ts";

/** The targets that this engine runs, the best first. */
export const targets: readonly Simd[] = targetOf().isFused ? ["relaxed", "plain", "none"] : ["plain", "none"];

/** The target of a level, for an engine that keeps loads where they are written or does not. */
export function withLoadOrder(simd: Simd, keepsLoadOrder: boolean): Target {
  return { hasVectors: simd !== "none", isFused: simd === "relaxed", keepsLoadOrder };
}

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Compiles a function of lanes; the result maps arrays of equal length, a multiple of four. */
export function compileLanes(
  dtype: Lanes["dtype"],
  simd: Simd,
  arity: number,
  write: (lanes: Lanes, ...operands: Expression[]) => Expression,
): (...inputs: readonly Floats[]) => Floats {
  const target = withLoadOrder(simd, false);
  const width = widthOf(dtype, target);
  const size = dtype === "float32" ? 4 : 8;
  const f = new FunctionBuilder(["i32", "i32"]);
  const lanes = lanesFor(dtype, width, f, target);
  const memoryOf = width > 1 ? v128 : dtype === "float32" ? f32 : f64;
  const load = memoryOf.load as (address: Expression<"i32">) => Expression;
  const store = memoryOf.store as (address: Expression<"i32">, value: Expression) => Expression["code"];
  const [bytes, step] = [f.parameter<"i32">(0), width * size];
  const at = f.local("i32");
  // Operands stand one after another, the result behind them.
  const address = (operand: number): Expression<"i32"> => i32.add(at, i32.mul(bytes, i32.const(operand)));
  const body = f.capture(() => {
    f.forRange(at, i32.const(0), bytes, step, () => {
      const operands = Array.from({ length: arity }, (_, i) => f.keep(load(address(i))));
      f.emit(store(address(arity), f.keep(write(lanes, ...operands))));
    });
  });
  f.emit(lanes.prologue(), body);
  const module = new ModuleBuilder({ shared: false });
  module.addFunction("run", f);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { env: { memory } });
  const run = instance.exports.run as (bytes: number) => void;
  const ArrayOf = dtype === "float32" ? Float32Array : Float64Array;
  return (...inputs) => {
    const { length } = inputs[0];
    const bytes = length * size;
    const missing = bytes * (arity + 1) - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    for (const [i, input] of inputs.entries()) new ArrayOf(memory.buffer, i * bytes, length).set(input);
    run(bytes);
    return new ArrayOf(memory.buffer, arity * bytes, length).slice();
  };
}
