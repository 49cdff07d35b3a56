import { type Tensor, tensor, transpose, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { batchNorm } from "../src/index.ts";

describe("batchNorm", () => {
  const x = tensor([
    [[[1, 3]], [[10, 20]]],
    [[[3, 1]], [[20, 10]]],
  ]);

  test("normalises each channel over all other axes", () => {
    expect(batchNorm(x, undefined, undefined, { epsilon: 0 }).toArray()).toEqual([
      [[[-1, 1]], [[-1, 1]]],
      [[[1, -1]], [[1, -1]]],
    ]);
    expect(batchNorm(x, tensor([2, 3]), tensor([10, 100]), { epsilon: 0 }).toArray()).toEqual([
      [[[8, 12]], [[97, 103]]],
      [[[12, 8]], [[103, 97]]],
    ]);
  });

  test("with the channels last", () => {
    const last = transpose(x, [0, 2, 3, 1]);
    const y = batchNorm(last, tensor([2, 3]), undefined, { axis: -1, epsilon: 0 });
    expect(transpose(y, [0, 3, 1, 2]).toArray()).toEqual(
      batchNorm(x, tensor([2, 3]), undefined, { epsilon: 0 }).toArray(),
    );
  });

  test("says what is wrong, and keeps the type", () => {
    // @ts-expect-error batchNorm: scale [3]; expected [2]
    expect(() => batchNorm(x, zeros([3]))).toThrow(
      "batchNorm: scale [3]; expected [2], the channels of [2, 2, 1, 2] at axis 1",
    );
    // @ts-expect-error batchNorm: offset [2, 1]; expected [2]
    expect(() => batchNorm(x, undefined, zeros([2, 1]))).toThrow(
      "batchNorm: offset [2, 1]; expected [2], the channels of [2, 2, 1, 2] at axis 1",
    );
    expect(() => batchNorm(zeros([4]))).toThrow("batchNorm: axis 1 is out of range for [4]");
    // @ts-expect-error batchNorm: axis 2 is out of range for [4, 3]
    expect(() => batchNorm(zeros([4, 3]), undefined, undefined, { axis: 2 })).toThrow(
      "axis 2 is out of range",
    );
    expect(() => batchNorm(x, undefined, undefined, { momentum: 0.9 } as never)).toThrow(
      'batchNorm: unknown option "momentum"',
    );
    expectTypeOf(batchNorm(zeros([8, 3, 4, 4]), zeros([3]))).toEqualTypeOf<Tensor<[8, 3, 4, 4]>>();
  });
});
