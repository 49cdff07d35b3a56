import { type AnyTensor, gradients, mul, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { outer } from "../src/index.ts";

describe("outer", () => {
  test("has the product of each pair", () => {
    expect(outer(tensor([1, 2]), tensor([3, 4, 5])).toArray()).toEqual([
      [3, 4, 5],
      [6, 8, 10],
    ]);
    expect(outer(zeros([0]), zeros([2])).shape).toEqual([0, 2]);
  });
  test("has the gradients Ȳ b and Ȳᵀ a", () => {
    const [a, b]: AnyTensor[] = [tensor([1, 2]), tensor([3, 4, 5])];
    const weighted = mul(
      outer(a, b),
      tensor([
        [1, 0, 2],
        [0, 3, 0],
      ]) as AnyTensor,
    );
    const [slopeA, slopeB] = gradients(sum(weighted as AnyTensor) as never, [a, b]);
    expect(slopeA.toArray()).toEqual([13, 12]);
    expect(slopeB.toArray()).toEqual([1, 6, 2]);
  });
  test("names a rank that is not 1", () => {
    expect(() => outer(zeros([2]), zeros([2, 2]))).toThrow(
      new ShapeError("outer", "[2, 2] has rank 2; expected 1, as ravel(x) gives"),
    );
  });
  test("computes the type of the shape", () => {
    expectTypeOf(outer(zeros([2]), zeros([3]))).toEqualTypeOf<Tensor<[2, 3]>>();
    expectTypeOf(outer(zeros([2]), zeros([3], { dtype: "int32" }))).toEqualTypeOf<Tensor<[2, 3]>>();
  });
});
