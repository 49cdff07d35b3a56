import { type AnyTensor, grad, sum, type Tensor, tensor, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { avgPool2d } from "../src/index.ts";
import { type Geometry, geometries, imageOf, numbers, outputSize, tensorOf, wholes } from "./naiveImages.ts";

const pools = fc
  .record({
    geometry: geometries.map((one): Geometry => ({ ...one, dilation: [1, 1] })),
    n: fc.nat({ max: 2 }),
    channels: fc.integer({ min: 1, max: 2 }),
    layout: fc.constantFrom("NCHW" as const, "NHWC" as const),
    countIncludePad: fc.boolean(),
  })
  .chain((one) => {
    const shape = [one.n, one.channels, ...one.geometry.size];
    return fc.record({
      one: fc.constant({ ...one, shape }),
      pixels: wholes(shape.reduce((product, n) => product * n, 1)),
    });
  });

describe("avgPool2d", () => {
  property.prop([pools])("is the mean of each window, in both layouts", ({ one, pixels }) => {
    const { geometry, shape, layout, countIncludePad } = one;
    const { window, stride, padding, size } = geometry;
    const image = imageOf(pixels, shape);
    const pooled = [one.n, one.channels, ...outputSize(geometry)];
    const expected = numbers(pooled, (n, c, p, q) => {
      let [total, count] = [0, 0];
      for (let i = 0; i < window[0]; i++)
        for (let j = 0; j < window[1]; j++) {
          const [y, x] = [p * stride[0] + i - padding[0][0], q * stride[1] + j - padding[1][0]];
          const isInside = y >= 0 && y < size[0] && x >= 0 && x < size[1];
          if (isInside || countIncludePad) count++;
          total += image(n, c, y, x);
        }
      return total / count;
    });
    const options = { kernelSize: window, stride, padding, layout, countIncludePad };
    const y = avgPool2d(tensorOf(pixels, shape, layout), options) as AnyTensor;
    expect(y.shape).toEqual(tensorOf(expected, pooled, layout).shape);
    expect(y.toArray()).toEqual(tensorOf(expected, pooled, layout).toArray());
  });

  const slopes = (options: object): unknown =>
    grad((t: Tensor<[1, 1, 3]>) => sum(avgPool2d(t, options)) as Tensor<[]>)(zeros([1, 1, 3])).toArray();

  test("shares a window's cotangent; the shares of windows that overlap add up", () => {
    expect(slopes({ kernelSize: [1, 2], stride: 1 })).toEqual([[[0.5, 1, 0.5]]]);
    expect(slopes({ kernelSize: [1, 2], stride: 1, padding: [0, 1] })).toEqual([[[1, 1, 1]]]);
    expect(slopes({ kernelSize: [1, 2], stride: 1, padding: [0, 1], countIncludePad: false })).toEqual([
      [[1.5, 1, 1.5]],
    ]);
  });

  test("integers give float32, and infinities what they give a mean", () => {
    const whole = avgPool2d(tensor([[[1, 2]]], { dtype: "int32" }), { kernelSize: [1, 2] });
    expect(whole.toArray()).toEqual([[[1.5]]]);
    expectTypeOf(whole.dtype).toEqualTypeOf<"float32">();
    const infinite = tensor([[[Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY]]]);
    expect(avgPool2d(infinite, { kernelSize: [1, 2], stride: 1, padding: [0, 1] }).toArray()).toEqual([
      [
        [
          Number.POSITIVE_INFINITY,
          Number.POSITIVE_INFINITY,
          Number.NEGATIVE_INFINITY,
          Number.NEGATIVE_INFINITY,
        ],
      ],
    ]);
  });

  test("says what is wrong, and computes the type of the shape", () => {
    expect(() =>
      avgPool2d(zeros([1, 4, 4]), {
        padding: [
          [0, 2],
          [0, 0],
        ],
      }),
    ).toThrow("avgPool2d: padding is 2 for a window of 2; expected less, so that every window has a pixel");
    expect(() => avgPool2d(zeros([1, 4, 4]), { countIncludePadding: true } as never)).toThrow(
      'avgPool2d: unknown option "countIncludePadding"; did you mean "countIncludePad"?',
    );
    expectTypeOf(avgPool2d(zeros([8, 3, 28, 28]))).toEqualTypeOf<Tensor<[8, 3, number, number]>>();
    expectTypeOf(avgPool2d(zeros([28, 28, 3]), { layout: "NHWC" })).toEqualTypeOf<
      Tensor<[number, number, 3]>
    >();
  });
});
