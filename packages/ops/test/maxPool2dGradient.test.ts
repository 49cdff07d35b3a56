import { tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { maxPool2dGradient } from "../src/index.ts";

describe("maxPool2dGradient", () => {
  test("puts each cotangent at its window's first largest pixel", () => {
    const x = tensor([[[[1, 5, 5, 2]]]]);
    const options = { kernelSize: [1, 2], stride: 1 } as const;
    expect(maxPool2dGradient(x, tensor([[[[1, 10, 100]]]]), options).toArray()).toEqual([
      [[[0, 11, 100, 0]]],
    ]);
  });

  test("whole pixels with float cotangents", () => {
    const gradient = maxPool2dGradient(tensor([[[[1, 5]]]], { dtype: "uint8" }), tensor([[[[0.5]]]]), {
      kernelSize: [1, 2],
    });
    expect(gradient.toArray()).toEqual([[[[0, 0.5]]]]);
    expectTypeOf(gradient.dtype).toEqualTypeOf<"float32">();
  });

  test("says what is wrong", () => {
    expect(() => maxPool2dGradient(zeros([1, 1, 4, 4]), zeros([1, 1, 4, 4]))).toThrow(
      "maxPool2dGradient: the cotangent [1, 1, 4, 4] is not of [1, 1, 4, 4] pooled, which is [1, 1, 2, 2]",
    );
  });
});
