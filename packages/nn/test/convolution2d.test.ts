import { type AnyTensor, ones, random, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, test } from "vitest";
import { constantInitializer, convolution2d } from "../src/index.ts";
import { numbersOf } from "./close.ts";

const key = random.key(7);

describe("convolution2d", () => {
  test("is conv2d with its weight and bias", () => {
    const layer = convolution2d(1, 2, [1, 2], { stride: [1, 2], activation: "relu" });
    layer.loadStateDict({
      weight: tensor([[[[1, 2]]], [[[-1, -1]]]]) as AnyTensor,
      bias: tensor([10, 1]) as AnyTensor,
    });
    expect(layer(tensor([[[[1, 2, 3, 4]]]])).toArray()).toEqual([[[[15, 21]], [[0, 0]]]]);
  });

  test("has PyTorch's kernels, and with NHWC those of Keras", () => {
    const shapesOf = ({
      parameters,
    }: {
      parameters(): { name: string; shape: readonly number[] }[];
    }): unknown => parameters().map(({ name, shape }) => [name, shape]);
    expect(shapesOf(convolution2d(4, 6, [3, 5], { groups: 2 }))).toEqual([
      ["weight", [6, 2, 3, 5]],
      ["bias", [6]],
    ]);
    const last = convolution2d(4, 6, [3, 5], { groups: 2, layout: "NHWC", useBias: false });
    expect(shapesOf(last)).toEqual([["weight", [3, 5, 2, 6]]]);
    expect(last(zeros([2, 9, 9, 4])).shape).toEqual([2, 7, 5, 6]);
  });

  test("both layouts start with the same kernel, by Glorot", () => {
    const [first, last] = (["NCHW", "NHWC"] as const).map((layout) =>
      convolution2d(2, 3, 5, { key, layout, dtype: "float64" }),
    );
    const x = random.normal(random.key(1), [2, 7, 6], { dtype: "float64" }) as AnyTensor;
    const images = x.reshape([1, 2, 7, 6]) as AnyTensor;
    const one = (first as unknown as (x: AnyTensor) => AnyTensor)(images);
    const other = (last as unknown as (x: AnyTensor) => AnyTensor)(
      images.transpose([0, 2, 3, 1]) as AnyTensor,
    );
    expect(numbersOf(other.transpose([0, 3, 1, 2]) as AnyTensor)).toEqual(numbersOf(one));
    const weights = numbersOf(first.stateDict().weight);
    const limit = Math.sqrt(6 / (25 * (2 + 3)));
    expect(Math.max(...weights.map(Math.abs))).toBeLessThan(limit);
    expect(Math.max(...weights) - Math.min(...weights)).toBeGreaterThan(1.9 * limit); // 150 numbers
  });

  test("says what is wrong", () => {
    const layer = convolution2d(3, 6, 5) as unknown as (x: AnyTensor) => AnyTensor;
    expect(() => layer(zeros([2, 4, 9, 9]))).toThrow(
      "convolution2d: [2, 4, 9, 9] does not fit [batch, 3, any, any]",
    );
    expect(() => layer(zeros([3, 9, 9]))).toThrow(
      "convolution2d: [3, 9, 9] has no batch axis; expected [batch, 3, any, any]; reshape it to [1, 3, 9, 9]",
    );
    expect(() => layer(zeros([2, 3, 4, 4]))).toThrow(
      "conv2d: a window of height 5 does not fit 4 with 0 of padding",
    );
    expect(() => convolution2d(3, 6, 0)).toThrow(
      "convolution2d: kernelSize is 0; expected a whole number from 1",
    );
    expect(() => convolution2d(3, 6, 3, { groups: 2 })).toThrow(
      "convolution2d: inChannels is 3, which cannot be cut into 2 groups",
    );
    expect(() => convolution2d(3, 6, 3, { strides: 2 } as never)).toThrow('did you mean "stride"?');
    expect(() => convolution2d(3, 6, 3, { dtype: "int32" } as never)).toThrow(
      "convolution2d: dtype is int32; expected float32 or float64, which have gradients",
    );
  });

  test("weights by constant", () => {
    const layer = convolution2d(1, 1, 2, {
      kernelInitializer: constantInitializer(2),
      biasInitializer: constantInitializer(-3),
    });
    expect(layer(ones([1, 1, 2, 2])).item()).toBe(5);
  });
});

test("kernel sizes and layouts that are none are refused with what was given", () => {
  expect(() => convolution2d(2, 4, undefined as never)).toThrow(
    "convolution2d: kernelSize is undefined; expected a whole number from 1, or two such as [3, 3]",
  );
  expect(() => convolution2d(2, 4, [3] as never)).toThrow("convolution2d: kernelSize is [3]; expected");
  expect(() => convolution2d(2, 4, 3, { layout: "channels_last" as never })).toThrow(
    'convolution2d: layout is "channels_last"; expected the letters of the axes: "NHWC"',
  );
  expect(() => convolution2d(2, 4, 3, { layout: "NCWH" as never })).toThrow(
    'convolution2d: layout is "NCWH"; expected "NCHW" or "NHWC"',
  );
  expect(() => convolution2d(2, 4, 3, { kernelInitializer: () => ones([3, 3]) })).toThrow(
    "convolution2d: kernelInitializer gives shape [3, 3]; expected [3, 3, 2, 4]",
  );
});
