import { type AnyTensor, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { describe, expect, expectTypeOf, test } from "vitest";
import { averagePooling2d, maxPooling2d } from "../src/index.ts";

describe("pooling layers", () => {
  test("are the ops with their options", () => {
    const x = tensor([[[[1, 2, 3, 9]]]]);
    const options = { kernelSize: [1, 2], stride: 1 } as const;
    expect(maxPooling2d(options)(x).toArray()).toEqual([[[[2, 3, 9]]]]);
    expect(averagePooling2d(options)(x).toArray()).toEqual([[[[1.5, 2.5, 6]]]]);
    const padded = { kernelSize: [1, 3], stride: 3, padding: [0, 1], countIncludePad: false } as const;
    expect(averagePooling2d(padded)(x).toArray()).toEqual([[[[1.5, 6]]]]);
    expect(maxPooling2d()(zeros([2, 3, 8, 6])).shape).toEqual([2, 3, 4, 3]);
    expect(maxPooling2d({ layout: "NHWC" })(zeros([2, 8, 6, 3])).shape).toEqual([2, 4, 3, 3]);
    expect(averagePooling2d({ kernelSize: 3 }).describe()).toBe("averagePooling2d (3×3)");
  });

  test("say what is wrong", () => {
    expect(() => maxPooling2d({ poolSize: 2 } as never)).toThrow('maxPooling2d: unknown option "poolSize"');
    expect(() => (maxPooling2d() as unknown as (x: AnyTensor) => AnyTensor)(zeros([8, 8]))).toThrow(
      "maxPooling2d: [8, 8] has no batch axis; expected [batch, any, any, any]",
    );
  });

  test("keep the type of the batch and the channels", () => {
    expectTypeOf(maxPooling2d()(zeros([2, 3, 8, 6]))).toEqualTypeOf<Tensor<[2, 3, number, number]>>();
    expectTypeOf(averagePooling2d({ layout: "NHWC" })(zeros([2, 8, 6, 3]))).toEqualTypeOf<
      Tensor<[2, number, number, 3]>
    >();
    // @ts-expect-error layer: [8, 8] has no batch axis
    expect(() => maxPooling2d()(zeros([8, 8]))).toThrow("no batch axis");
  });
});

test("kernel sizes and layouts that are none are refused when the layer is made", () => {
  expect(() => maxPooling2d({ kernelSize: null as never })).toThrow(
    "maxPooling2d: kernelSize is null; expected a whole number from 1, or two such as [3, 3]",
  );
  expect(() => averagePooling2d({ layout: "channels_first" as never })).toThrow(
    'averagePooling2d: layout is "channels_first"; expected the letters of the axes: "NCHW"',
  );
});
