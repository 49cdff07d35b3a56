import { relu } from "@adjoint/ops";
import { type AnyTensor, ones, type Tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  averagePooling2d,
  convolution2d,
  dense,
  flatten,
  layerNormalization,
  maxPooling2d,
  sequential,
  summary,
} from "../src/index.ts";

const quiet = { log: () => {} };

describe("layers of images in sequential", () => {
  const lenet = () =>
    sequential(
      convolution2d(1, 6, 5, { padding: "same", activation: "relu" }),
      maxPooling2d(),
      convolution2d(6, 16, 5),
      relu,
      averagePooling2d(),
      flatten(),
      dense(400, 10),
      layerNormalization(10),
    );

  test("shapes go through, as far as they are known", () => {
    const model = lenet();
    const y = model(zeros([32, 1, 28, 28]));
    expectTypeOf(y).toEqualTypeOf<Tensor<[32, 10]>>();
    expect(y.shape).toEqual([32, 10]);
    const images = sequential(convolution2d(1, 6, 5), relu, maxPooling2d());
    expectTypeOf(images(zeros([32, 1, 28, 28]))).toEqualTypeOf<Tensor<[32, 6, number, number]>>();
  });

  test("channels that differ do not compile, also behind a pooling layer", () => {
    const build = (): unknown =>
      // @ts-expect-error sequential: layer 1 takes [number, 8, number, number], layer 0 gives [number, 6, number, number]
      sequential(convolution2d(1, 6, 5), convolution2d(8, 16, 5));
    expect(build).not.toThrow();
    const pooled = (): unknown =>
      // @ts-expect-error sequential: layer 3 takes [number, 8, number, number], layer 2 gives [number, 6, number, number]
      sequential(convolution2d(1, 6, 5), relu, maxPooling2d(), convolution2d(8, 16, 5));
    const last = (): unknown =>
      sequential(
        convolution2d(1, 6, 5, { layout: "NHWC" }),
        maxPooling2d({ layout: "NHWC" }),
        // @ts-expect-error sequential: layer 2 takes [number, number, number, 8], layer 1 gives [number, number, number, 6]
        convolution2d(8, 16, 5, { layout: "NHWC" }),
      );
    expect(last).not.toThrow();
    const model = pooled() as (x: AnyTensor) => AnyTensor;
    expect(() => model(ones([1, 1, 28, 28]) as AnyTensor)).toThrow(
      "sequential: layer 3 takes [batch, 8, any, any], layer 2 gives [1, 6, 12, 12]",
    );
  });

  test("the summary asks for height and width", () => {
    expect(() => summary(lenet(), quiet)).toThrow(
      "summary: the first layer takes [batch, 1, any, any]; give the shape of one row, such as { inputShape: [1, 28, 28] }",
    );
    expect(summary(lenet(), { inputShape: [1, 28, 28], ...quiet })).toBe(
      [
        "layer                      output shape         parameters",
        "──────────────────────────────────────────────────────────",
        "convolution2d (5×5, relu)  [batch, 6, 28, 28]          156",
        "maxPooling2d (2×2)         [batch, 6, 14, 14]            0",
        "convolution2d (5×5)        [batch, 16, 10, 10]       2,416",
        "relu                       [batch, 16, 10, 10]           0",
        "averagePooling2d (2×2)     [batch, 16, 5, 5]             0",
        "flatten                    [batch, 400]                  0",
        "dense                      [batch, 10]               4,010",
        "layerNormalization         [batch, 10]                  20",
        "──────────────────────────────────────────────────────────",
        "parameters: 6,602 (trainable 6,602, other 0)",
      ].join("\n"),
    );
  });
});
