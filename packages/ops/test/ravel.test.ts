import { type AnyTensor, gradients, mul, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { ravel } from "../src/index.ts";

describe("ravel", () => {
  test("has all elements in row-major order", () => {
    expect(
      ravel(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).toArray(),
    ).toEqual([1, 2, 3, 4]);
    expect(ravel(tensor(5)).toArray()).toEqual([5]);
    expect(ravel(zeros([2, 0])).toArray()).toEqual([]);
  });
  test("its gradient has the input's shape", () => {
    const x: AnyTensor = zeros([2, 2]);
    const [slope] = gradients(sum(mul(ravel(x), tensor([1, 2, 3, 4]) as AnyTensor) as AnyTensor) as never, [
      x,
    ]);
    expect(slope.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
  test("multiplies the dimensions in the type", () => {
    expectTypeOf(ravel(zeros([28, 28]))).toEqualTypeOf<Tensor<[784]>>();
    expectTypeOf(ravel(tensor(5))).toEqualTypeOf<Tensor<[1]>>();
  });
});
