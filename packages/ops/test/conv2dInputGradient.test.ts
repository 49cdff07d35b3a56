import { ones, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { conv2dInputGradient } from "../src/index.ts";

describe("conv2dInputGradient", () => {
  test("puts a kernel down for each element of the cotangent", () => {
    const cotangent = tensor([[[[1, 10]]]]);
    const kernel = tensor([[[[1, 2, 3]]]]);
    expect(conv2dInputGradient(cotangent, kernel, [1, 5], { stride: [1, 2] }).toArray()).toEqual([
      [[[1, 2, 13, 20, 30]]],
    ]);
    expect(conv2dInputGradient(cotangent, kernel, [1, 2], { padding: [0, 1] }).toArray()).toEqual([
      [[[12, 23]]],
    ]);
  });

  test("pixels that no window reached get 0", () => {
    expect(
      conv2dInputGradient(ones([1, 1, 1, 1]), ones([1, 1, 1, 1]), [1, 2], { stride: 2 }).toArray(),
    ).toEqual([[[[1, 0]]]]);
  });

  test("says what is wrong, and keeps the dtype", () => {
    expect(() => conv2dInputGradient(zeros([1, 2, 3, 3]), zeros([2, 1, 3, 3]), [4, 4])).toThrow(
      "conv2dInputGradient: the cotangent [1, 2, 3, 3] is not of a convolution of [1, 1, 4, 4] with [2, 1, 3, 3], which gives [1, 2, 2, 2]",
    );
    const wide = { dtype: "float64" } as const;
    const y = conv2dInputGradient(zeros([1, 2, 2, 2], wide), zeros([2, 1, 3, 3], wide), [4, 4]);
    expectTypeOf(y.dtype).toEqualTypeOf<"float64">();
    expect(y.shape).toEqual([1, 1, 4, 4]);
  });
});
