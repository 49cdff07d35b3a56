import {
  type AnyTensor,
  grad,
  mul,
  ones,
  printGraph,
  sum,
  type Tensor,
  tensor,
  vjp,
  zeros,
} from "@adjoint/tensor";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, expectTypeOf, test } from "vitest";
import { conv2d } from "../src/index.ts";
import { geometries, imageOf, numbers, outputSize, tensorOf, wholes } from "./naiveImages.ts";

const convolutions = fc
  .record({
    geometry: geometries,
    n: fc.nat({ max: 2 }),
    groups: fc.integer({ min: 1, max: 2 }),
    taken: fc.integer({ min: 1, max: 2 }),
    made: fc.integer({ min: 1, max: 2 }),
    layout: fc.constantFrom("NCHW" as const, "NHWC" as const),
  })
  .chain((one) => {
    const { size, window } = one.geometry;
    const x = [one.n, one.groups * one.taken, ...size];
    const kernel = [one.groups * one.made, one.taken, ...window];
    const count = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
    return fc.record({
      one: fc.constant({ ...one, x, kernel }),
      pixels: wholes(count(x)),
      weights: wholes(count(kernel)),
      bias: wholes(kernel[0]),
    });
  });

describe("conv2d", () => {
  property.prop([convolutions])(
    "is the sum of its definition, in both layouts",
    ({ one, pixels, weights, bias }) => {
      const { geometry, groups, taken, made, layout } = one;
      const { stride, dilation, padding, window } = geometry;
      const [image, kernel] = [imageOf(pixels, one.x), imageOf(weights, one.kernel)];
      const shape = [one.n, groups * made, ...outputSize(geometry)];
      const expected = numbers(shape, (n, o, p, q) => {
        let total = bias[o];
        for (let c = 0; c < taken; c++)
          for (let i = 0; i < window[0]; i++)
            for (let j = 0; j < window[1]; j++) {
              const y = p * stride[0] + i * dilation[0] - padding[0][0];
              const x = q * stride[1] + j * dilation[1] - padding[1][0];
              total += image(n, Math.floor(o / made) * taken + c, y, x) * kernel(o, c, i, j);
            }
        return total;
      });
      // The kernel as [kh, kw, in, out] for NHWC.
      const [filters, , height, width] = one.kernel;
      const given =
        layout === "NCHW"
          ? tensorOf(weights, one.kernel, "NCHW")
          : tensor(
              numbers([height, width, taken, filters], (i, j, c, o) => kernel(o, c, i, j)),
              [height, width, taken, filters],
              { dtype: "float64" },
            );
      const y = conv2d(tensorOf(pixels, one.x, layout), given as AnyTensor, {
        bias: tensor(bias, { dtype: "float64" }) as AnyTensor,
        stride,
        dilation,
        padding,
        groups,
        layout,
      }) as AnyTensor;
      const wanted = tensorOf(expected, shape, layout);
      expect(y.shape).toEqual(wanted.shape);
      expect(y.toArray()).toEqual(wanted.toArray());
    },
  );

  property.prop([convolutions])(
    "its gradients are its transposes: ⟨ȳ, conv(x, k)⟩ = ⟨x̄, x⟩ = ⟨k̄, k⟩",
    ({ one, pixels, weights }) => {
      const { stride, dilation, padding } = one.geometry;
      const options = { stride, dilation, padding, groups: one.groups };
      const [x, kernel] = [tensorOf(pixels, one.x, "NCHW"), tensorOf(weights, one.kernel, "NCHW")];
      const [y, pullback] = vjp(
        (a: AnyTensor, b: AnyTensor) => conv2d(a, b, options) as AnyTensor,
        x,
        kernel,
      );
      const cotangent = tensor(
        Array.from({ length: y.size }, (_, i) => ((i * 7) % 11) - 5),
        [...y.shape],
        { dtype: "float64" },
      ) as AnyTensor;
      const [xBar, kernelBar] = pullback(cotangent as never) as readonly AnyTensor[];
      const inner = (a: AnyTensor, b: AnyTensor): number => Number((sum(mul(a, b)) as AnyTensor).item()) + 0; // no matter of which sign a zero is
      const expected = inner(cotangent, y);
      expect(inner(xBar, x)).toBe(expected);
      expect(inner(kernelBar, kernel)).toBe(expected);
    },
  );

  test("padding by name: same divides the size by the stride, rounded up", () => {
    const x = ones([1, 1, 5, 6]);
    const kernel = ones([1, 1, 3, 2]);
    expect(conv2d(x, kernel, { padding: "valid" }).shape).toEqual([1, 1, 3, 5]);
    expect(conv2d(x, kernel, { padding: "same" }).shape).toEqual([1, 1, 5, 6]);
    expect(conv2d(x, kernel, { padding: "same", stride: 2 }).shape).toEqual([1, 1, 3, 3]);
    expect(conv2d(x, kernel, { padding: "same", stride: [4, 3], dilation: 2 }).shape).toEqual([1, 1, 2, 2]);
    // An odd number of rows or columns has its larger half at the bottom and right.
    expect(conv2d(ones([1, 1, 3]), ones([1, 1, 1, 2]), { padding: "same" }).toArray()).toEqual([[[2, 2, 1]]]);
    expect(conv2d(ones([1, 1, 3]), ones([1, 1, 1, 2]), { padding: [0, 1] }).toArray()).toEqual([
      [[1, 2, 2, 1]],
    ]);
  });

  test("of any number of batch axes", () => {
    const kernel = ones([2, 3, 1, 1]);
    expect(conv2d(ones([3, 2, 2]), kernel).toArray()).toEqual([
      [
        [3, 3],
        [3, 3],
      ],
      [
        [3, 3],
        [3, 3],
      ],
    ]);
    expect(conv2d(zeros([4, 5, 3, 2, 2]), kernel).shape).toEqual([4, 5, 2, 2, 2]);
    expect(conv2d(zeros([4, 5, 2, 2, 3]), ones([1, 1, 3, 2]), { layout: "NHWC" }).shape).toEqual([
      4, 5, 2, 2, 2,
    ]);
  });

  test("integers stay integers; pixels take the dtype of the kernel", () => {
    const pixels = tensor([[[200, 100]]], { dtype: "uint8" });
    const whole = conv2d(pixels, ones([1, 1, 1, 2], { dtype: "int32" }));
    expect(whole.toArray()).toEqual([[[300]]]);
    expectTypeOf(whole.dtype).toEqualTypeOf<"int32">();
    expect(conv2d(pixels, ones([1, 1, 1, 2])).dtype).toBe("float32");
    const wide = conv2d(pixels, ones([1, 1, 1, 2]), { bias: zeros([1], { dtype: "float64" }) });
    expect(wide.dtype).toBe("float64");
    expectTypeOf(wide.dtype).toEqualTypeOf<"float64">();
  });

  test("keeps its name in the graph, and so do its gradients", () => {
    const loss = (x: Tensor<[1, 1, 4, 4]>, k: Tensor<[1, 1, 3, 3]>) => sum(conv2d(x, k)) as Tensor<[]>;
    expect(printGraph(loss(ones([1, 1, 4, 4]), ones([1, 1, 3, 3])))).toContain(" = conv2d {");
    const gradient = grad(loss)(ones([1, 1, 4, 4]), ones([1, 1, 3, 3]));
    expect(printGraph(gradient)).toContain(" = conv2dInputGradient {");
  });

  test("says what is wrong", () => {
    const x = zeros([2, 3, 8, 8]) as AnyTensor;
    const k = (...shape: number[]): AnyTensor => zeros(shape) as AnyTensor;
    const cases: readonly [() => unknown, string][] = [
      [
        () => conv2d(x, k(4, 2, 3, 3)),
        "ShapeError: conv2d: the input has 3 channels, the kernel takes 2: [2, 3, 8, 8] in NCHW with kernel [4, 2, 3, 3], which is [out, in, height, width]",
      ],
      [
        () => conv2d(x, k(3, 3, 3, 4), { layout: "NHWC" }),
        "ShapeError: conv2d: the input has 8 channels, the kernel takes 3: [2, 3, 8, 8] in NHWC with kernel [3, 3, 3, 4], which is [height, width, in, out]",
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { groups: 3 }),
        "ShapeError: conv2d: the input has 3 channels, the kernel takes 3 in each of 3 groups: [2, 3, 8, 8] in NCHW with kernel [4, 3, 3, 3], which is [out, in, height, width]",
      ],
      [
        () => conv2d(x, k(4, 1, 3, 3), { groups: 3 }),
        "ShapeError: conv2d: 4 output channels cannot be cut into 3 groups",
      ],
      [
        () => conv2d(x, k(4, 3, 3)),
        "ShapeError: conv2d: kernel [4, 3, 3] has rank 3; expected [out, in, height, width]",
      ],
      [
        () => conv2d(x, k(4, 3, 0, 3)),
        "ShapeError: conv2d: kernel [4, 3, 0, 3] has no elements; expected [out, in, height, width]",
      ],
      [
        () => conv2d(zeros([8, 8]), k(4, 3, 3, 3)),
        "ShapeError: conv2d: [8, 8] has rank 2; expected […, channels, height, width]",
      ],
      [
        () => conv2d(zeros([8, 8]), k(4, 3, 3, 3), { layout: "NHWC" }),
        "ShapeError: conv2d: [8, 8] has rank 2; expected […, height, width, channels]",
      ],
      [
        () => conv2d(x, k(4, 3, 9, 3)),
        "ShapeError: conv2d: a window of height 9 does not fit 8 with 0 of padding",
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { dilation: [1, 5], padding: 1 }),
        "ShapeError: conv2d: a window of width 11 does not fit 8 with 2 of padding",
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { bias: zeros([3]) }),
        "ShapeError: conv2d: bias [3]; expected [4], one for each output channel",
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { stride: 0 }),
        "OptionError: conv2d: stride is 0; expected a whole number from 1, or a pair of them",
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { padding: [1, -1] }),
        "OptionError: conv2d: padding is [1, -1]; expected a whole number from 0, or a pair of them",
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { padding: "full" as never }),
        'OptionError: conv2d: padding is "full"; expected "same", "valid", a number, or one for each side',
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { groups: 0 }),
        "OptionError: conv2d: groups is 0; expected a whole number from 1",
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { layout: "CHWN" as never }),
        'OptionError: conv2d: layout is "CHWN"; expected "NCHW" or "NHWC"',
      ],
      [
        () => conv2d(x, k(4, 3, 3, 3), { strides: 2 } as never),
        'OptionError: conv2d: unknown option "strides"; did you mean "stride"?',
      ],
    ];
    for (const [call, message] of cases) {
      let text = "nothing was thrown";
      try {
        call();
      } catch (error) {
        text = String(error);
      }
      expect(text).toBe(message);
    }
  });

  test("computes the type of the shape", () => {
    const x = zeros([8, 3, 28, 30]);
    const kernel = zeros([6, 3, 5, 5]);
    expectTypeOf(conv2d(x, kernel)).toEqualTypeOf<Tensor<[8, 6, 24, 26]>>();
    expectTypeOf(conv2d(x, kernel, { padding: 2 })).toEqualTypeOf<Tensor<[8, 6, 28, 30]>>();
    expectTypeOf(conv2d(x, kernel, { padding: "same" })).toEqualTypeOf<Tensor<[8, 6, 28, 30]>>();
    expectTypeOf(conv2d(x, kernel, { stride: 2 })).toEqualTypeOf<Tensor<[8, 6, number, number]>>();
    expectTypeOf(conv2d(zeros([3, 28, 28]), kernel)).toEqualTypeOf<Tensor<[6, 24, 24]>>();
    expectTypeOf(conv2d(zeros([8, 28, 28, 3]), zeros([5, 5, 3, 6]), { layout: "NHWC" })).toEqualTypeOf<
      Tensor<[8, 24, 24, 6]>
    >();
    expectTypeOf(conv2d(zeros([8, 4, 9, 9]), zeros([6, 2, 3, 3]), { groups: 2 })).toEqualTypeOf<
      Tensor<[8, 6, 7, 7]>
    >();
    const batch: Tensor<[number, 3, number, number]> = zeros([8, 3, 9, 9]);
    expectTypeOf(conv2d(batch, kernel)).toEqualTypeOf<Tensor<[number, 6, number, number]>>();
    const open: Tensor = zeros([8, 3, 9, 9]);
    expectTypeOf(conv2d(open, kernel)).toEqualTypeOf<Tensor>();
    // @ts-expect-error conv2d: the input has 3 channels, the kernel takes 4
    expect(() => conv2d(x, zeros([6, 4, 5, 5]))).toThrow("the input has 3 channels, the kernel takes 4");
    // @ts-expect-error conv2d: the input has 3 channels, the kernel takes 3 in each of 3 groups
    expect(() => conv2d(x, kernel, { groups: 3 })).toThrow("in each of 3 groups");
    // @ts-expect-error conv2d: the input has 28 channels, the kernel takes 3
    expect(() => conv2d(zeros([8, 3, 28, 28]), zeros([5, 5, 3, 6]), { layout: "NHWC" })).toThrow(
      "28 channels",
    );
  });
});
