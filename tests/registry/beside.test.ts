import "@adjoint/ops/methods";
import { batchNorm, conv2d, layerNorm, takeAlongAxis } from "@adjoint/ops";
import { type AnyTensor, type DType, type Tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";

// What stands beside a tensor, a scale, a bias or indices, is refused in types and at run time with the same sentence.

const batch: Tensor<[4, 3]> = zeros([4, 3]);
const images: Tensor<[1, 2, 4, 6]> = zeros([1, 2, 4, 6]);
const indices = <const S extends number[]>(...shape: S): Tensor<S, "int32"> =>
  zeros(shape, { dtype: "int32" as DType }) as never;

describe("conv2d", () => {
  test("refuses a kernel that does not fit the images", () => {
    // @ts-expect-error conv2d: a window of height 5 does not fit 4 with 0 of padding
    expect(() => conv2d(images, zeros([3, 2, 5, 5]))).toThrow(
      "conv2d: a window of height 5 does not fit 4 with 0 of padding",
    );
    // @ts-expect-error conv2d: a window of width 9 does not fit 6 with 2 of padding
    expect(() => conv2d(images, zeros([3, 2, 1, 9]), { padding: 1, stride: 2 })).toThrow(
      "conv2d: a window of width 9 does not fit 6 with 2 of padding",
    );
    // @ts-expect-error conv2d: a window of width 5 does not fit 4 with 0 of padding
    expect(() => conv2d(zeros([1, 6, 4, 2]), zeros([3, 5, 2, 3]), { layout: "NHWC" })).toThrow(
      "conv2d: a window of width 5 does not fit 4 with 0 of padding",
    );
    expectTypeOf(conv2d(images, zeros([3, 2, 4, 6]))).toEqualTypeOf<Tensor<[1, 3, 1, 1]>>();
    expectTypeOf(conv2d(images, zeros([3, 2, 5, 7]), { padding: 1 })).toEqualTypeOf<Tensor<[1, 3, 2, 2]>>();
    expectTypeOf(conv2d(images, zeros([3, 2, 5, 7]), { padding: "same" })).toEqualTypeOf<
      Tensor<[1, 3, 4, 6]>
    >();
  });
  test("refuses a bias of another length", () => {
    const kernel = zeros([3, 2, 1, 1]);
    // @ts-expect-error conv2d: bias [2]; expected [3]
    expect(() => conv2d(images, kernel, { bias: zeros([2]) })).toThrow("conv2d: bias [2]; expected [3]");
    // @ts-expect-error conv2d: bias [3, 1, 1]; expected [3]
    expect(() => images.conv2d(kernel, { bias: zeros([3, 1, 1]) })).toThrow(
      "conv2d: bias [3, 1, 1]; expected [3]",
    );
    // @ts-expect-error conv2d: bias [4]; expected [3]
    expect(() => conv2d(images, zeros([1, 1, 6, 3]), { layout: "NHWC", bias: zeros([4]) })).toThrow(
      "conv2d: bias [4]; expected [3]",
    );
    expectTypeOf(conv2d(images, kernel, { bias: zeros([3]) })).toEqualTypeOf<Tensor<[1, 3, 4, 6]>>();
    const open = (options: { bias?: Tensor<[2]> } = {}) => conv2d(images, kernel, options);
    expect(open().shape).toEqual([1, 3, 4, 6]);
  });
});

describe("layerNorm and batchNorm", () => {
  test("refuse a scale or offset of another shape", () => {
    // @ts-expect-error layerNorm: scale [4]; expected [3]
    expect(() => layerNorm(batch, zeros([4]))).toThrow("layerNorm: scale [4]; expected [3]");
    // @ts-expect-error layerNorm: offset [1]; expected [3]
    expect(() => batch.layerNorm(undefined, zeros([1]))).toThrow("layerNorm: offset [1]; expected [3]");
    // @ts-expect-error layerNorm: scale [3]; expected [4, 3]
    expect(() => layerNorm(batch, zeros([3]), undefined, { axis: [1, 0] })).toThrow(
      "layerNorm: scale [3]; expected [4, 3]",
    );
    // @ts-expect-error batchNorm: scale [4]; expected [2]
    expect(() => batchNorm(images, zeros([4]))).toThrow("batchNorm: scale [4]; expected [2]");
    // @ts-expect-error batchNorm: offset [2]; expected [6]
    expect(() => images.batchNorm(zeros([6]), zeros([2]), { axis: -1 })).toThrow(
      "batchNorm: offset [2]; expected [6]",
    );
  });
  test("take what may fit", () => {
    expectTypeOf(layerNorm(batch, zeros([4, 3]), zeros([4, 3]), { axis: [1, 0] })).toEqualTypeOf<
      Tensor<[4, 3]>
    >();
    expectTypeOf(layerNorm(batch, zeros([3]) as Tensor, zeros([3 as number]))).toEqualTypeOf<
      Tensor<[4, 3]>
    >();
    expectTypeOf(batchNorm(images, zeros([2]), zeros([2]))).toEqualTypeOf<Tensor<[1, 2, 4, 6]>>();
    const along = (options: { axis?: 0 } = {}) => layerNorm(batch, zeros([3]), undefined, options);
    expect(along().shape).toEqual([4, 3]);
    const scaled = (scale?: Tensor<[3]>) => layerNorm(batch, scale);
    expect(scaled().shape).toEqual([4, 3]);
    expect(() => layerNorm(batch as AnyTensor, zeros([4]))).toThrow("layerNorm: scale [4]; expected [3]");
  });
});

describe("takeAlongAxis", () => {
  test("refuses indices with another dimension than along the axis", () => {
    // @ts-expect-error takeAlongAxis: indices [5, 1] for [4, 3]; expected equal dimensions but on axis 1
    expect(() => takeAlongAxis(batch, indices(5, 1))).toThrow(
      "takeAlongAxis: indices [5, 1] for [4, 3]; expected equal dimensions but on axis 1",
    );
    // @ts-expect-error takeAlongAxis: indices [9, 2] for [4, 3]; expected equal dimensions but on axis 0
    expect(() => batch.takeAlongAxis(indices(9, 2), { axis: 0 })).toThrow(
      "takeAlongAxis: indices [9, 2] for [4, 3]; expected equal dimensions but on axis 0",
    );
    // @ts-expect-error takeAlongAxis: indices [4] for [4, 3]; expected equal dimensions but on axis 1
    expect(() => takeAlongAxis(batch, indices(4))).toThrow(
      "takeAlongAxis: indices [4] for [4, 3]; expected equal dimensions but on axis 1",
    );
    expectTypeOf(takeAlongAxis(batch, indices(4, 7))).toEqualTypeOf<Tensor<[4, 7]>>();
    expectTypeOf(takeAlongAxis(batch, indices(9, 3), { axis: 0 })).toEqualTypeOf<Tensor<[9, 3]>>();
  });
});
