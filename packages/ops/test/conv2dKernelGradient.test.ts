import { tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { conv2dKernelGradient } from "../src/index.ts";

describe("conv2dKernelGradient", () => {
  test("correlates the images with the cotangent, and adds over the images", () => {
    const x = tensor([[[[1, 2, 3]]], [[[100, 200, 300]]]]);
    const cotangent = tensor([[[[1, 10]]], [[[1, 0]]]]);
    expect(conv2dKernelGradient(x, cotangent, [1, 2]).toArray()).toEqual([[[[121, 232]]]]);
  });

  test("without images it is 0", () => {
    expect(conv2dKernelGradient(zeros([0, 1, 1, 3]), zeros([0, 2, 1, 2]), [1, 2]).toArray()).toEqual([
      [[[0, 0]]],
      [[[0, 0]]],
    ]);
  });

  test("says what is wrong, and keeps the dtype", () => {
    expect(() => conv2dKernelGradient(zeros([2, 1, 4, 4]), zeros([1, 2, 2, 2]), [3, 3])).toThrow(
      "conv2dKernelGradient: the cotangent [1, 2, 2, 2] is not of a convolution of [2, 1, 4, 4] with [2, 1, 3, 3], which gives [2, 2, 2, 2]",
    );
    const wide = { dtype: "float64" } as const;
    expectTypeOf(
      conv2dKernelGradient(zeros([1, 1, 4, 4], wide), zeros([1, 2, 2, 2], wide), [3, 3]).dtype,
    ).toEqualTypeOf<"float64">();
  });
});
