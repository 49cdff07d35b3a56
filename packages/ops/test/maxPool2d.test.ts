import { type AnyTensor, grad, mul, sum, type Tensor, tensor, vjp, zeros } from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { maxPool2d } from "../src/index.ts";
import { type Geometry, geometries, imageOf, numbers, outputSize, tensorOf, wholes } from "./naiveImages.ts";

const pools = fc
  .record({
    geometry: geometries.map((one): Geometry => ({ ...one, dilation: [1, 1] })),
    n: fc.nat({ max: 2 }),
    channels: fc.integer({ min: 1, max: 2 }),
    layout: fc.constantFrom("NCHW" as const, "NHWC" as const),
  })
  .filter(({ geometry }) => Math.min(...outputSize(geometry)) > 0)
  .chain((one) => {
    const shape = [one.n, one.channels, ...one.geometry.size];
    return fc.record({
      one: fc.constant({ ...one, shape }),
      pixels: wholes(shape.reduce((product, n) => product * n, 1)),
    });
  });

/** What `maxPool2d` is given for a geometry. */
function optionsOf({ window, stride, padding }: Geometry) {
  return { kernelSize: window, stride, padding };
}

/** Where the first largest pixel of a window is. */
function firstLargest(
  pixels: readonly number[],
  shape: readonly number[],
  { window, stride, padding }: Geometry,
) {
  const image = imageOf(pixels, shape, Number.NEGATIVE_INFINITY);
  return (n: number, c: number, p: number, q: number): { value: number; place: [number, number] } => {
    let best = { value: Number.NEGATIVE_INFINITY, place: [-1, -1] as [number, number] };
    for (let i = 0; i < window[0]; i++)
      for (let j = 0; j < window[1]; j++) {
        const [y, x] = [p * stride[0] + i - padding[0][0], q * stride[1] + j - padding[1][0]];
        if (image(n, c, y, x) > best.value) best = { value: image(n, c, y, x), place: [y, x] };
      }
    return best;
  };
}

describe("maxPool2d", () => {
  property.prop([pools])("is the largest pixel of each window, in both layouts", ({ one, pixels }) => {
    const { geometry, shape, layout } = one;
    const largest = firstLargest(pixels, shape, geometry);
    const pooled = [one.n, one.channels, ...outputSize(geometry)];
    const expected = numbers(pooled, (...index) => largest(...index).value);
    const y = maxPool2d(tensorOf(pixels, shape, layout), { ...optionsOf(geometry), layout }) as AnyTensor;
    expect(y.shape).toEqual(tensorOf(expected, pooled, layout).shape);
    expect(y.toArray()).toEqual(tensorOf(expected, pooled, layout).toArray());
  });

  property.prop([pools])("gives each window's cotangent to its first largest pixel", ({ one, pixels }) => {
    const { geometry, shape } = one;
    const largest = firstLargest(pixels, shape, geometry);
    const x = tensorOf(pixels, shape, "NCHW");
    const [y, pullback] = vjp((a: AnyTensor) => maxPool2d(a, optionsOf(geometry)) as AnyTensor, x);
    const cotangents = Array.from({ length: y.size }, (_, i) => i + 1);
    const [, channels, height, width] = shape;
    const expected = pixels.map(() => 0);
    let at = 0;
    numbers(y.shape, (n, c, p, q) => {
      const [row, column] = largest(n, c, p, q).place;
      expected[((n * channels + c) * height + row) * width + column] += cotangents[at++];
      return 0;
    });
    const [gradient] = pullback(
      tensor(cotangents, [...y.shape], { dtype: "float64" }) as never,
    ) as AnyTensor[];
    expect(Array.from(gradient.toTypedArray())).toEqual(expected);
  });

  const slopes = (x: number[][], options: object = {}): unknown =>
    grad((t: Tensor<[1, number, number]>) => sum(maxPool2d(t, options)) as Tensor<[]>)(
      tensor([x]) as never,
    ).toArray();

  test("ties: the first in row-major order gets all, and is no kink for what comes after", () => {
    expect(
      slopes([
        [3, 3],
        [3, 3],
      ]),
    ).toEqual([
      [
        [1, 0],
        [0, 0],
      ],
    ]);
    expect(
      slopes([
        [0, 2],
        [2, 1],
      ]),
    ).toEqual([
      [
        [0, 1],
        [0, 0],
      ],
    ]);
    expect(slopes([[0, 5, 0]], { kernelSize: [1, 2], stride: 1 })).toEqual([[[0, 2, 0]]]);
  });

  test("−∞ is larger than padding, and NaN larger than all", () => {
    const low = Number.NEGATIVE_INFINITY;
    expect(maxPool2d(tensor([[[low]]]), { padding: 1 }).toArray()).toEqual([[[low]]]);
    expect(
      slopes([[low]], {
        padding: [
          [1, 0],
          [1, 0],
        ],
      }),
    ).toEqual([[[1]]]);
    expect(
      maxPool2d(
        tensor([
          [
            [1, Number.NaN],
            [2, 9],
          ],
        ]),
      ).toArray(),
    ).toEqual([[[Number.NaN]]]);
    expect(
      slopes([
        [1, Number.NaN],
        [2, 9],
      ]),
    ).toEqual([
      [
        [0, 1],
        [0, 0],
      ],
    ]);
    expect(
      slopes([[Number.NaN]], {
        padding: [
          [1, 0],
          [1, 0],
        ],
      }),
    ).toEqual([[[1]]]);
    expect(
      maxPool2d(tensor([[[-5]]], { dtype: "int32" }), {
        padding: [
          [1, 0],
          [1, 0],
        ],
      }).toArray(),
    ).toEqual([[[-5]]]);
    expect(
      maxPool2d(tensor([[[0]]], { dtype: "uint8" }), {
        padding: [
          [1, 0],
          [1, 0],
        ],
      }).dtype,
    ).toBe("uint8");
  });

  test("windows do not overlap, and leave out what is over, unless a stride is given", () => {
    expect(maxPool2d(zeros([2, 3, 5, 7])).shape).toEqual([2, 3, 2, 3]);
    expect(maxPool2d(zeros([2, 3, 5, 7]), { kernelSize: 3 }).shape).toEqual([2, 3, 1, 2]);
    expect(maxPool2d(zeros([5, 7, 3]), { layout: "NHWC", padding: "same" }).shape).toEqual([3, 4, 3]);
  });

  test("the gradient has a gradient: of a sum of squares it is 2 at the largest pixels", () => {
    const x = tensor([
      [
        [1, 4],
        [3, 2],
      ],
    ]);
    const inner = grad((t: Tensor<[1, 2, 2]>) => sum(mul(maxPool2d(t), maxPool2d(t))) as Tensor<[]>);
    const outer = grad((t: Tensor<[1, 2, 2]>) => sum(mul(inner(t), inner(t))) as Tensor<[]>);
    expect(inner(x).toArray()).toEqual([
      [
        [0, 8],
        [0, 0],
      ],
    ]);
    expect(outer(x).toArray()).toEqual([
      [
        [0, 32],
        [0, 0],
      ],
    ]);
  });

  test("says what is wrong", () => {
    const x = zeros([1, 4, 4]);
    expect(() => maxPool2d(zeros([4, 4]))).toThrow(
      "maxPool2d: [4, 4] has rank 2; expected […, channels, height, width]",
    );
    expect(() => maxPool2d(x, { kernelSize: 5 })).toThrow(
      "maxPool2d: a window of height 5 does not fit 4 with 0 of padding",
    );
    expect(() => maxPool2d(x, { padding: 2 })).toThrow(
      "maxPool2d: padding is 2 for a window of 2; expected less, so that every window has a pixel",
    );
    expect(() => maxPool2d(zeros([1, 0, 4]))).toThrow(
      "maxPool2d: [1, 0, 4] has no pixels; expected height and width from 1",
    );
    expect(() => maxPool2d(x, { kernelSize: [2, 0] })).toThrow(
      "maxPool2d: kernelSize is [2, 0]; expected a whole number from 1, or a pair of them",
    );
    expect(() => maxPool2d(x, { poolSize: 2 } as never)).toThrow('maxPool2d: unknown option "poolSize"');
  });

  test("computes the type of the shape", () => {
    expectTypeOf(maxPool2d(zeros([8, 3, 28, 28]))).toEqualTypeOf<Tensor<[8, 3, number, number]>>();
    expectTypeOf(maxPool2d(zeros([8, 28, 28, 3], { dtype: "uint8" }), { layout: "NHWC" })).toEqualTypeOf<
      Tensor<[8, number, number, 3], "uint8">
    >();
  });
});
