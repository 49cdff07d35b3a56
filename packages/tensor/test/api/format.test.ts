import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { add, compile, type DType, parameter, tensor, zeros } from "../../src/index.ts";
import golden from "../golden/format.json" with { type: "json" };

interface Case {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: "range" | readonly (string | number | boolean)[];
  readonly text: string;
}

// From golden/format.py: what NumPy prints, with our prefix, true for True and false for False.
describe("a tensor prints as NumPy prints an array", () => {
  test.for((golden as readonly Case[]).map((one) => [one.text, one] as const))("%s", ([text, one]) => {
    const size = one.shape.reduce((product, dimension) => product * dimension, 1);
    const values =
      one.values === "range" ? Array.from({ length: size }, (_, i) => i) : one.values.map(Number);
    const x = tensor(values, one.shape, { dtype: one.dtype as DType });
    expect(String(x)).toBe(`tensor(${text}, ${one.dtype} [${one.shape.join(", ")}])`);
  });
});

describe("a tensor as text", () => {
  test("is the same in String, in a template, in console.log and in toString", () => {
    const x = tensor([[1, 2.5], [-3, 4]]); // biome-ignore format: rows
    const text = "tensor([[ 1. ,  2.5],\n        [-3. ,  4. ]], float32 [2, 2])";
    expect(String(x)).toBe(text);
    expect(`${x}`).toBe(text);
    expect(inspect(x)).toBe(text);
    expect(x.toString()).toBe(text);
  });
  test("of a parameter is that of its present value", () => {
    const w = parameter(tensor([1, 2]));
    expect(String(w)).toBe("tensor([1., 2.], float32 [2])");
    w.assign(tensor([3, 4]));
    expect(String(w)).toBe("tensor([3., 4.], float32 [2])");
  });
  test("of a traced tensor says its op, dtype and shape, since it has no numbers", () => {
    const texts: string[] = [];
    const w = parameter(zeros([2]), { name: "w" });
    compile((x: ReturnType<typeof tensor>) => {
      texts.push(String(x), String(add(x, 1)), String(w), String(tensor([1, 2])));
      return x;
    })(tensor([[1, 2]]));
    expect(texts).toEqual([
      "tensor(input, float32 [1, 2], traced)",
      "tensor(add, float32 [1, 2], traced)",
      "tensor(parameter, float32 [2], traced)",
      "tensor([1., 2.], float32 [2])",
    ]);
  });
});
