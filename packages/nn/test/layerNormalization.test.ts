import { type AnyTensor, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { type Layer, layerNormalization } from "../src/index.ts";

describe("layerNormalization", () => {
  test("is layerNorm of the features with its weight and bias", () => {
    const layer = layerNormalization(2, { epsilon: 0 });
    expect(
      layer(
        tensor([
          [1, 3],
          [5, 5.5],
        ]),
      ).toArray(),
    ).toEqual([
      [-1, 1],
      [-1, 1],
    ]);
    layer.loadStateDict({ weight: tensor([2, 3]) as AnyTensor, bias: tensor([10, 20]) as AnyTensor });
    expect(layer(tensor([[[1, 3]]])).toArray()).toEqual([[[8, 23]]]);
  });

  test("of several axes, without weight and bias, in float64", () => {
    const images = layerNormalization([1, 2], { useScale: false, useBias: false, epsilon: 0 });
    expect(images.parameters()).toEqual([]);
    expect(images(tensor([[[1, 3]], [[-4, 4]]])).toArray()).toEqual([[[-1, 1]], [[-1, 1]]]);
    const wide = layerNormalization([3, 4], { dtype: "float64" });
    expect(wide.parameters().map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ["weight", [3, 4], "float64"],
      ["bias", [3, 4], "float64"],
    ]);
  });

  test("types and errors", () => {
    const layer = layerNormalization(3);
    expectTypeOf(layer).toEqualTypeOf<Layer<[number, 3], [number, 3]>>();
    expectTypeOf(layerNormalization([3, 4], { dtype: "float64" })).toEqualTypeOf<
      Layer<[number, 3, 4], [number, 3, 4], "float64">
    >();
    expectTypeOf(layer(zeros([8, 5, 3]))).toEqualTypeOf<Tensor<[8, 5, 3]>>();
    // @ts-expect-error layer: [8, 4] has 4 features; expected 3 features
    expect(() => layer(zeros([8, 4]))).toThrow(
      "layerNormalization: [8, 4] has 4 features; expected 3 features",
    );
    expect(() => layerNormalization([])).toThrow(
      "layerNormalization: features is []; expected at least one axis",
    );
    expect(() => layerNormalization(0)).toThrow(
      "layerNormalization: features is 0; expected a whole number from 1",
    );
    expect(() => layerNormalization(3, { eps: 1 } as never)).toThrow('did you mean "epsilon"?');
  });
});
