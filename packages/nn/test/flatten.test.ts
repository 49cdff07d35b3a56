import { type AnyTensor, ones, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { activation, flatten } from "../src/index.ts";
import { numbersOf } from "./close.ts";

describe("flatten", () => {
  test("keeps the first axis and the order of the elements", () => {
    const y = flatten()(
      tensor([
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ]),
    );
    expect(y.toArray()).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
  });

  test("no rows, and rows of one number", () => {
    expect(flatten()(zeros([0, 2, 3])).shape).toEqual([0, 6]);
    expect(flatten()(zeros([4])).shape).toEqual([4, 1]);
  });

  test("errors and types", () => {
    expect(() => (flatten() as unknown as (x: AnyTensor) => AnyTensor)(tensor(1))).toThrow(
      "flatten: a scalar has no batch axis; expected [batch, …]",
    );
    expectTypeOf(flatten()(zeros([32, 28, 28]))).toEqualTypeOf<Tensor<[32, 784]>>();
    expectTypeOf(flatten()(zeros([3 as number, 2, 5], { dtype: "uint8" }))).toEqualTypeOf<
      Tensor<[number, 10], "uint8">
    >();
  });
});

describe("activation", () => {
  test("is a layer that applies the function", () => {
    expect(numbersOf(activation("relu")(tensor([-1, 2])) as AnyTensor)).toEqual([0, 2]);
    expect(activation("softmax")(ones([2, 2])).toArray()).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    expect(activation("tanh").describe()).toBe("tanh");
    expectTypeOf(activation("gelu")(zeros([2, 3]))).toEqualTypeOf<Tensor<[2, 3]>>();
  });

  test("an unknown name", () => {
    expect(() => activation("sigmod" as never)).toThrow(
      'activation: unknown activation "sigmod"; did you mean "sigmoid"?',
    );
  });
});
