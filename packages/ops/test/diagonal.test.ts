import { type AnyTensor, gradients, mul, ShapeError, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { diagonal } from "../src/index.ts";

describe("diagonal", () => {
  property.prop([fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })])(
    "has the elements with equal indices, of any matrix",
    (m, n) => {
      const x: AnyTensor = tensor(
        Float32Array.from({ length: 2 * m * n }, (_, i) => i),
        [2, m, n],
      );
      const expected = [0, 1].map((k) =>
        Array.from({ length: Math.min(m, n) }, (_, i) => k * m * n + i * n + i),
      );
      expect(diagonal(x).toArray()).toEqual(expected);
    },
  );
  test("its gradient is the cotangent on the diagonal of zeros", () => {
    const x: AnyTensor = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const [slope] = gradients(sum(mul(diagonal(x), tensor([7, 8]) as AnyTensor) as AnyTensor) as never, [x]);
    expect(slope.toArray()).toEqual([
      [7, 0, 0],
      [0, 8, 0],
    ]);
  });
  test("names a rank below 2", () => {
    expect(() => diagonal(zeros([2]))).toThrow(
      new ShapeError("diagonal", "[2] has rank 1; expected at least 2"),
    );
  });
  test("keeps the type of the batch axes and the dtype", () => {
    expectTypeOf(diagonal(zeros([7, 2, 3], { dtype: "int32" }))).toEqualTypeOf<
      Tensor<[7, number], "int32">
    >();
  });
});
