import {
  type AnyTensor,
  gradients,
  matmul,
  ShapeError,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { trace } from "../src/index.ts";

const matrix = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 });

describe("trace", () => {
  property.prop([matrix, matrix])("tr(A B) = tr(B A)", (left, right) => {
    const [a, b] = [tensor(left, [2, 3]), tensor(right, [3, 2])];
    expect(trace(matmul(a, b)).item()).toBe(trace(matmul(b, a)).item());
  });
  property.prop([matrix])("tr(Aᵀ A) = Σ a²", (values) => {
    const a = tensor(values, [2, 3]);
    expect(trace(matmul(transpose(a), a)).item()).toBe(values.reduce((total, v) => total + v * v, 0));
  });
  test("sums each matrix of a batch; its gradient is the identity", () => {
    const x: AnyTensor = tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    expect(trace(x).toArray()).toEqual([5, 13]);
    expect(gradients(trace(x).sum() as never, [x])[0].toArray()).toEqual([
      [
        [1, 0],
        [0, 1],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    ]);
    expect(trace(zeros([0, 0])).item()).toBe(0);
  });
  test("names a rank below 2", () => {
    expect(() => trace(zeros([2]))).toThrow(new ShapeError("trace", "[2] has rank 1; expected at least 2"));
  });
  test("computes the type of the shape; uint8 is summed as int32", () => {
    expectTypeOf(trace(zeros([7, 2, 2]))).toEqualTypeOf<Tensor<[7]>>();
    expectTypeOf(trace(zeros([2, 2], { dtype: "uint8" }))).toEqualTypeOf<Tensor<[], "int32">>();
  });
});
