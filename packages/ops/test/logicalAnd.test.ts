import { type AnyTensor, DTypeError, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { logicalAnd } from "../src/index.ts";
import { lowered } from "./lowered.ts";

const values = [false, true];

describe("logicalAnd", () => {
  test("has its truth table, and lowers to it", () => {
    const [x, y]: AnyTensor[] = [tensor([[false], [true]]), tensor(values)];
    const table = values.map((a) => values.map((b) => a && b));
    expect(logicalAnd(x, y).toArray()).toEqual(table);
    expect(lowered(logicalAnd(x, y), [x, y]).toArray()).toEqual(table);
  });
  test("a number holds when it is not 0; NaN is not 0", () => {
    const x: AnyTensor = tensor([0, -0, 2, Number.NaN]);
    const y: AnyTensor = tensor([1, 0, 3, 0], { dtype: "int32" });
    const expected = [
      [false, true],
      [false, false],
      [true, true],
      [true, false],
    ].map(([a, b]) => a && b);
    expect(logicalAnd(x, y).toArray()).toEqual(expected);
    expect(lowered(logicalAnd(x, y), [x, y]).toArray()).toEqual(expected);
  });
  test("a JavaScript number beside a bool is 0 or 1", () => {
    expect(logicalAnd(tensor(values), 1).toArray()).toEqual(values.map((a) => [true].map((b) => a && b)[0]));
    expect(() => logicalAnd(tensor(values), 2)).toThrow(DTypeError);
  });
  test("names shapes that do not broadcast", () => {
    // @ts-expect-error 2 is not 3
    expect(() => logicalAnd(zeros([2]), zeros([3]))).toThrow("logicalAnd: cannot broadcast [2] with [3]");
  });
  test("is bool, of the broadcast shape", () => {
    expectTypeOf(logicalAnd(zeros([2, 1]), zeros([3]))).toEqualTypeOf<Tensor<[2, 3], "bool">>();
  });
});
