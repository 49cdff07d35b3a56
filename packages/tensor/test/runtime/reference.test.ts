import { describe, expect, test } from "vitest";
import { apply } from "../../src/graph/apply.ts";
import type { TypedArray } from "../../src/index.ts";
import {
  type AnyTensor,
  add,
  composite,
  exp,
  mul,
  primitives,
  referenceBackend,
  Storage,
  sum,
  tensor,
  transpose,
  zeros,
} from "../../src/index.ts";

const run = (inputs: AnyTensor[], outputs: AnyTensor[], values: TypedArray[]): TypedArray[] =>
  referenceBackend
    .prepare({ inputs, outputs })
    .run(values.map(Storage.of))
    .map((storage) => storage.values);

describe("a reference program", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);

  test("does not look below its inputs", () => {
    const y = exp(x);
    expect(run([y], [add(y, 1)], [Float32Array.of(0, 1, 2, 3)])).toEqual([Float32Array.of(1, 2, 3, 4)]);
  });
  test("gives inputs, constants and one node several times", () => {
    const y = add(x, x);
    const [a, b, c, d] = run([x], [x, y, zeros([]), y], [Float32Array.of(1, 2, 3, 4)]);
    expect([a, b, c, d].map((values) => [...values])).toEqual([
      [1, 2, 3, 4],
      [2, 4, 6, 8],
      [0],
      [2, 4, 6, 8],
    ]);
  });
  test("gives constants that the caller may change", () => {
    const program = referenceBackend.prepare({ inputs: [], outputs: [zeros([])] });
    program.run([])[0].values[0] = 9;
    expect([...program.run([])[0].values]).toEqual([0]);
  });
  test("prints its kernels and the bytes of its buffers, which are fewer than its values", () => {
    const chain = [1, 2, 3, 4, 5, 6].reduce<AnyTensor>((y) => transpose(exp(y)) as AnyTensor, x);
    const text = String(referenceBackend.prepare({ inputs: [x], outputs: [sum(mul(chain, chain))] }));
    expect(text.split("\n")[0]).toBe("program(%0: float32[2, 2]), 14 kernels, 32 bytes of buffers");
    expect(text).toContain("  %1: float32[2, 2] = exp(%0)");
    expect(text.split("\n").at(-1)).toBe("  return %14");
  });
  test("lowers composites without a kernel, and runs those that have one", () => {
    const lowered = composite("lowered", { lower: ([a]) => mul(exp(a as never), 2) });
    const own = composite("own", { lower: ([a]) => exp(a as never), scalar: (a) => a + 0.5 });
    const data = tensor([0, 0]);
    const text = String(
      referenceBackend.prepare({ inputs: [data], outputs: [apply(own, [apply(lowered, [data])])] }),
    );
    expect(text).toContain("exp(");
    expect(text).toContain("own(");
    expect(text).not.toContain("lowered");
    expect(apply(own, [apply(lowered, [data])]).toArray()).toEqual([2.5, 2.5]);
  });
});

test("primitives are at most 45, and each says its gradient or that it has none", () => {
  const all = Object.entries(primitives);
  expect(all.length).toBeLessThanOrEqual(45);
  for (const [name, op] of all) {
    expect(op.name).toBe(name);
    expect(op.kind).toBe("primitive");
    expect(op.vjp !== undefined || !op.differentiable).toBe(true);
    expect(op.scalar !== undefined || op.reference !== undefined).toBe(true);
  }
  expect(new Set(all.map(([, op]) => op.id)).size).toBe(all.length);
});
