import { type AnyTensor, add, max, mul, sin, sub, take, transpose } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { input, programOf } from "./graphs.ts";

const node = (one: unknown): AnyTensor => one as AnyTensor;

/** Which input each output may be written over. */
function overOf(
  inputs: readonly AnyTensor[],
  outputs: readonly unknown[],
  replaces: readonly (number | undefined)[],
): (number | undefined)[] {
  const { results } = programOf(inputs, outputs.map(node), replaces);
  return results.map((result) => (result.kind === "buffer" ? result.over : undefined));
}

describe("what replaces a parameter", () => {
  const w = input([4, 4]);
  const twice = mul(w, 2);

  test("is written over it", () => {
    expect(overOf([w], [twice], [0])).toEqual([0]);
  });
  test("is written over it after what reads the old value", () => {
    expect(overOf([w], [twice, transpose(sin(transpose(w)))], [0, undefined])).toEqual([0, undefined]);
  });
  test("is not, when the old value is read later, by what needs the next one", () => {
    expect(overOf([w], [twice, mul(transpose(twice), w)], [0, undefined])).toEqual([undefined, undefined]);
  });
  test("is not, when the old value is read at another place", () => {
    expect(overOf([w], [add(w, transpose(w))], [0])).toEqual([undefined]);
  });
  test("is not, when the old value is a result, as it is or through a view", () => {
    expect(overOf([w], [twice, w], [0, undefined])).toEqual([undefined, undefined]);
    expect(overOf([w], [twice, transpose(w)], [0, undefined])).toEqual([undefined, undefined]);
  });
  test("is written over it after a data check that does not need it", () => {
    const indices = input([4], "int32");
    expect(overOf([w, indices], [mul(w, take(w, indices) as never)], [0])).toEqual([0]);
    const table = input([8]);
    const taken = take(table, indices);
    expect(overOf([w, indices, table], [twice, taken], [0, undefined])).toEqual([0, undefined]);
  });
  test("is not, when a data check comes after, so that a program that fails has changed nothing", () => {
    const counts = input([4], "int32");
    const common = mul(counts, 3);
    const [next, indices] = [add(common, 1), sub(common, 1)];
    const table = input([8]);
    const outputs = [next, take(table, indices as never)];
    expect(overOf([counts, table], outputs, [0, undefined])).toEqual([undefined, undefined]);
    const { kernels } = programOf([counts, table], outputs.map(node));
    expect(kernels.map((kernel) => (kernel.kind === "op" ? kernel.op.name : "loop"))).toEqual([
      "loop",
      "checkIndex",
      "take",
    ]);
  });
  test("is not, when a later pass over the row reads the old value again", () => {
    const values = sin(w);
    const centred = sub(w, max(values, { axis: 1, keepDims: true }));
    const program = programOf([w], [mul(values, 2), centred].map(node));
    expect(program.kernels).toHaveLength(1);
    expect(overOf([w], [mul(values, 2), centred], [0, undefined])).toEqual([undefined, undefined]);
    expect(overOf([w], [centred, mul(values, 2)], [0, undefined])).toEqual([0, undefined]);
  });
  test("is written over it in the last pass over the row", () => {
    expect(overOf([w], [sub(w, max(w, { axis: 1, keepDims: true }))], [0])).toEqual([0]);
  });
  test("is not, when it is a copy of another input", () => {
    const other = input([4, 4]);
    expect(overOf([w, other], [other], [0])).toEqual([undefined]);
  });
});
