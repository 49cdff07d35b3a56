import { type AnyTensor, add, div, max, mul, sub, sum } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { input, loopsOf, opNames, programOf } from "./graphs.ts";

const node = (one: unknown): AnyTensor => one as AnyTensor;
const shapesOf = (inputs: AnyTensor[], ...outputs: unknown[]): (readonly number[])[][] =>
  loopsOf(programOf(inputs, outputs.map(node))).map(({ outer, inner }) => [outer, inner]);

describe("a reduction to one value", () => {
  const x = input([100_000]);

  test("is two loops when it is long: over parts, a multiple of 16 each, and over their results", () => {
    expect(shapesOf([x], sum(x))).toEqual([
      [[125], [800]],
      [[], [125]],
    ]);
  });
  test("takes along what is computed on the way and after", () => {
    const products = mul(x, x);
    const program = programOf([x], [node(products), node(add(div(sum(products), 100_000), 1))]);
    expect(loopsOf(program).map(opNames)).toEqual([
      ["mul", "sum"],
      ["sum", "cast", "div", "add"],
    ]);
    const [first, second] = loopsOf(program);
    expect(first.stores.map(({ access }) => [access.outer, access.inner])).toContainEqual([[800], [1]]);
    expect(second.stores.map(({ access }) => [access.outer, access.inner])).toEqual([[[], [0]]]);
  });
  test("stays one loop when it is short, or when its length has no such parts", () => {
    const short = input([30_000]);
    expect(shapesOf([short], sum(short))).toEqual([[[], [30_000]]]);
    for (const size of [100_003, 35_000]) {
      const odd = input([size]);
      expect(shapesOf([odd], sum(odd))).toEqual([[[], [size]]]);
    }
  });
  test("of float64 stays one loop when it is a sum, whose parts may overflow where it does not", () => {
    const wide = input([100_000], "float64");
    expect(shapesOf([wide], sum(wide))).toEqual([[[], [100_000]]]);
    expect(shapesOf([wide], max(wide))).toHaveLength(2);
  });
  test("keeps the sums of parts of float32 in float64", () => {
    const { buffers, kernels } = programOf([x], [node(sum(x))]);
    const [first] = loopsOf({ buffers, kernels } as never);
    expect(first.stores.map(({ access }) => buffers[access.buffer].dtype)).toEqual(["float64"]);
  });
  test("stays one loop when every element needs the result", () => {
    expect(shapesOf([x], sub(x, max(x)))).toHaveLength(1);
  });
  test("stays one loop when there are rows, which threads share", () => {
    const rows = input([2, 65_536]);
    expect(shapesOf([rows], sum(rows, { axis: 1 }))).toEqual([[[2], [65_536]]]);
  });
});
