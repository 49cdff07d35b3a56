import {
  type AnyTensor,
  add,
  compile,
  cumsum,
  getBackend,
  IndexError,
  matmul,
  mul,
  parameter,
  setBackend,
  take,
  tensor,
} from "@adjoint/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { profile, WasmBackend } from "../src/index.ts";

const before = getBackend();
beforeAll(() => setBackend(new WasmBackend({ threads: 1 })));
afterAll(() => setBackend(before));

const ones = (...shape: number[]): AnyTensor =>
  tensor(new Array(shape.reduce((a, b) => a * b)).fill(1), shape) as AnyTensor;

describe("profile", () => {
  const w = parameter(ones(30, 40));
  const step = compile((x: AnyTensor) => {
    const y = matmul(x, w as never) as AnyTensor;
    w.assign(mul(w, 2) as never);
    return add(y, 1);
  });
  const x = ones(20, 30);

  test("names each kernel with its calls, time, operations and bytes", () => {
    const { kernels, milliseconds } = profile(step, { runs: 4 })(x);
    expect(kernels.map(({ name }) => name).sort()).toEqual([
      "add [800]",
      "matmul [20, 30] × [30, 40]",
      "mul [1200]",
    ]);
    const product = kernels.find(({ name }) => name.startsWith("matmul"));
    expect(product).toMatchObject({
      calls: 4,
      flops: 4 * 2 * 20 * 30 * 40,
      bytes: 4 * 4 * (20 * 30 + 30 * 40 + 20 * 40),
    });
    for (const one of kernels) expect(one.milliseconds).toBeGreaterThan(0);
    expect(milliseconds).toBe(kernels.reduce((sum, one) => sum + one.milliseconds, 0));
    expect(kernels.map((one) => one.milliseconds)).toEqual(
      kernels.map((one) => one.milliseconds).sort((a, b) => b - a),
    );
  });

  test.each([
    ["in parts of k", [32, 784], [784, 25], 2 * 32 * 784 * 25],
    ["in batches that do not stand in a row", [2, 1, 3, 4], [1, 3, 4, 5], 2 * 3 * 2 * 3 * 4 * 5],
  ])("counts a product %s once", (_, a, b, flops) => {
    const product = compile((x: AnyTensor, y: AnyTensor) => matmul(x, y) as AnyTensor);
    const { kernels } = profile(product, { runs: 2 })(ones(...a), ones(...b));
    expect(kernels).toMatchObject([{ calls: 2, flops: 2 * flops }]);
  });

  test("runs the function really, once more than it is timed, and gives its last result", () => {
    w.assign(ones(30, 40) as never);
    const { result } = profile(step, { runs: 3 })(x);
    expect(w.toTypedArray()[0]).toBe(2 ** 4);
    expect(result.toTypedArray()[0]).toBe(30 * 2 ** 3 + 1);
    expect(profile((a: number, b: number) => a - b)(5, 3).result).toBe(2);
  });

  test("gives the bits that an ordinary run gives", () => {
    const fn = compile((a: AnyTensor) => cumsum(matmul(a, ones(30, 7) as never) as AnyTensor));
    expect(profile(fn)(x).result.toTypedArray()).toEqual(fn(x).toTypedArray());
  });

  test("prints a table: the dearest first, and the sum", () => {
    const lines = String(profile(step, { runs: 2 })(x)).split("\n");
    expect(lines[0]).toMatch(/^ *µs a run {2} *share {2}calls {2}GFLOP\/s {2} *GB\/s {2}kernel$/);
    expect(lines).toHaveLength(5);
    for (const line of lines.slice(1, 4))
      expect(line).toMatch(/^ *\d+\.\d\d +\d+\.\d % +1 +\d+\.\d\d +\d+\.\d\d {2}(add|mul|matmul) \[.*\]$/);
    expect(lines[4]).toMatch(/^\d+\.\d\d µs a run in 2 runs$/);
  });

  test("listens to nothing after its runs", () => {
    const taken = profile(step, { runs: 2 })(x);
    const trace = taken.toChromeTrace();
    step(x);
    expect(taken.toChromeTrace()).toBe(trace);
  });

  test("is a Chrome trace: an event of each call, in order", () => {
    const { traceEvents } = JSON.parse(profile(step, { runs: 2 })(x).toChromeTrace());
    expect(traceEvents).toHaveLength(6);
    let end = 0;
    for (const { name, ph, ts, dur, args } of traceEvents) {
      expect([typeof name, ph, typeof args.flops, typeof args.bytes]).toEqual([
        "string",
        "X",
        "number",
        "number",
      ]);
      expect(ts).toBeGreaterThanOrEqual(end - 1e-3);
      end = ts + dur;
    }
  });

  test("stops where a data check fails, and listens no longer", () => {
    const table = ones(3, 100);
    const fn = compile((indices: AnyTensor) => take(table, indices as never) as AnyTensor);
    const indices = tensor([3], { dtype: "int32" }) as AnyTensor;
    expect(() => profile(fn)(indices)).toThrow(IndexError);
    const inner = profile(fn, { runs: 1 });
    const outer = profile(() => inner(tensor([1], { dtype: "int32" }) as AnyTensor), { runs: 1 })();
    expect(outer.result.kernels.map(({ calls }) => calls)).toEqual([1, 1]);
    expect(outer.kernels.map(({ calls }) => calls)).toEqual([1, 1]);
  });
});
