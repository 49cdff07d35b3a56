import * as ops from "@adjoint/ops";
import {
  type AnyTensor,
  abs,
  cast,
  type ImageLayout,
  isFloat,
  mul,
  type Shape,
  zeros,
} from "@adjoint/tensor";
import fc from "fast-check";
import type { ShapeConstraints } from "../arbitraries/shapes.ts";
import type { Domain } from "../arbitraries/tensors.ts";
import { interleaved, opCase, scaleOfSizes } from "./families.ts";
import type { OpCase, OpForm } from "./op-case.ts";

const layouts = fc.constantFrom<ImageLayout>("NCHW", "NHWC");

const paddings = fc.constantFrom<ops.Padding2d>(
  0,
  1,
  "same",
  "valid",
  [1, 0],
  [
    [0, 1],
    [1, 0],
  ],
);

/** A convolution whose kernel fits. */
interface Convolution {
  readonly batch: number[];
  readonly size: [number, number];
  readonly window: [number, number];
  readonly channels: number;
  readonly filters: number;
  readonly stride: ops.Pair;
  readonly padding: ops.Padding2d;
  readonly dilation: ops.Pair;
  readonly groups: number;
  readonly layout: ImageLayout;
}

const few = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

function convolutions({ minDimension = 1 }: ShapeConstraints): fc.Arbitrary<Convolution> {
  return fc
    .record({
      batch: fc.array(few(minDimension, 2), { maxLength: 1 }),
      size: fc.tuple(few(2, 3), few(2, 3)),
      window: fc.tuple(few(1, 2), few(1, 2)),
      taken: few(minDimension, 2),
      made: few(1, 2),
      groups: few(1, 2),
      stride: fc.constantFrom<ops.Pair>(1, 2, [1, 2]),
      padding: paddings,
      dilation: fc.constantFrom<ops.Pair>(1, 1, [2, 1]),
      layout: layouts,
    })
    .filter(({ size, window, dilation }) => size[0] > (window[0] - 1) * [dilation].flat()[0])
    .map(({ taken, made, ...rest }) => ({
      ...rest,
      channels: taken * rest.groups,
      filters: made * rest.groups,
    }));
}

/** Where images and kernels have their channels. */
function shapesOf({ batch, size, window, channels, filters, groups, layout }: Convolution): [Shape, Shape] {
  const taken = channels / groups;
  return layout === "NCHW"
    ? [
        [...batch, channels, ...size],
        [filters, taken, ...window],
      ]
    : [
        [...batch, ...size, channels],
        [...window, taken, filters],
      ];
}

/** Bound of the rounding of sums of products: the same call on the sizes, of which an integer's may be beyond its dtype. */
function scaleOfProducts({ call }: OpForm, inputs: readonly AnyTensor[]): AnyTensor {
  const sizes = inputs.map((x) => abs(isFloat(x.dtype) ? x : cast(x, "float32")) as AnyTensor);
  const [bias, ...factors] = [...sizes].reverse();
  // Sums of float32 have been rounded when a wider bias is added.
  const isWidened = bias.dtype === "float64" && factors.every(({ dtype }) => dtype === "float32");
  return isWidened && sizes.length === 3 ? (mul(call(...sizes), 2 ** 29) as AnyTensor) : call(...sizes);
}

const conv2dForms =
  (hasBias: boolean) =>
  (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
    convolutions(constraints).map((one): OpForm => {
      const { stride, padding, dilation, groups, layout, filters } = one;
      const options = { stride, padding, dilation, groups, layout };
      const [images, kernel] = shapesOf(one);
      return {
        slots: [
          { shape: images, values: {} },
          { shape: kernel, values: {} },
          ...(hasBias ? [{ shape: [filters], values: {} }] : []),
        ],
        call: (x, weights, bias) => ops.conv2d(x, weights, { ...options, bias }) as AnyTensor,
        options,
      };
    });

/** A convolution in the one layout of its gradients, and the shape that it gives. */
function convolved(one: Convolution) {
  const [images, kernel] = shapesOf({ ...one, batch: [one.batch[0] ?? 1], layout: "NCHW" });
  const { stride, padding, dilation, groups, size, window } = one;
  const options = { stride, padding, dilation, groups };
  const { shape } = ops.conv2d(zeros(images), zeros(kernel), options) as AnyTensor;
  return { images, kernel, shape, options, size, window };
}

const inputGradientForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  convolutions(constraints).map((one): OpForm => {
    const { kernel, shape, options, size } = convolved(one);
    return {
      slots: [
        { shape, values: {} },
        { shape: kernel, values: {} },
      ],
      call: (y, weights) => ops.conv2dInputGradient(y, weights, size, options),
      options: { ...options, size },
    };
  });

const kernelGradientForms = (constraints: ShapeConstraints): fc.Arbitrary<OpForm> =>
  convolutions(constraints).map((one): OpForm => {
    const { images, shape, options, window } = convolved(one);
    return {
      slots: [
        { shape: images, values: {} },
        { shape, values: {} },
      ],
      call: (x, y) => ops.conv2dKernelGradient(x, y, window, options),
      options: { ...options, window },
    };
  });

type Pooling = ops.AvgPoolOptions & { readonly layout: ImageLayout };

/** Pooling of images whose values keep their order under small steps. */
const poolingForms =
  (call: (x: AnyTensor, options: Pooling) => AnyTensor, domain: Domain, hasCount: boolean) =>
  ({ minDimension = 1 }: ShapeConstraints): fc.Arbitrary<OpForm> =>
    fc
      .record({
        front: fc.array(few(minDimension, 2), { maxLength: 1 }),
        channels: few(1, 2),
        size: fc.tuple(few(2, 3), few(2, 3)),
        kernelSize: fc.constantFrom<ops.Pair>(2, [1, 2], [2, 1]),
        stride: fc.option(fc.constantFrom<ops.Pair>(1, 2, [2, 1]), { nil: undefined }),
        padding: paddings,
        layout: layouts,
        countIncludePad: fc.boolean(),
      })
      .filter(({ kernelSize, padding }) => kernelSize === 2 || padding === "same" || padding === "valid")
      .map(({ front, channels, size, countIncludePad, stride, ...rest }): OpForm => {
        const options = {
          ...rest,
          ...(stride === undefined ? {} : { stride }),
          ...(hasCount ? { countIncludePad } : {}),
        };
        const shape = rest.layout === "NCHW" ? [...front, channels, ...size] : [...front, ...size, channels];
        return { slots: [{ shape, values: domain }], call: (x) => call(x, options), options };
      });

/** The gradient of a maximum, as the op of `maxPool2d` asks for it. */
const maxPoolGradientForms = ({ minDimension = 1 }: ShapeConstraints): fc.Arbitrary<OpForm> =>
  fc
    .record({
      shape: fc.tuple(few(minDimension, 2), few(1, 2), few(2, 3), few(2, 3)),
      stride: fc.constantFrom<ops.Pair>(1, 2, [2, 1]),
      padding: paddings,
    })
    .map(({ shape, ...options }): OpForm => {
      const { shape: pooled } = ops.maxPool2d(zeros(shape), options) as AnyTensor;
      return {
        slots: [
          { shape, values: interleaved[0] },
          { shape: pooled, values: {} },
        ],
        call: (x, cotangent) => ops.maxPool2dGradient(x, cotangent, options),
        options,
      };
    });

/** Cases of the ops of images. */
export const imageCases: readonly OpCase[] = [
  opCase(
    ops.avgPool2dOp,
    poolingForms((x, options) => ops.avgPool2d(x, options) as AnyTensor, {}, true),
    {
      scale: scaleOfSizes,
    },
  ),
  opCase(ops.conv2dOp, conv2dForms(false), { scale: scaleOfProducts }),
  opCase(ops.conv2dOp, conv2dForms(true), { scale: scaleOfProducts, variant: "with a bias" }),
  opCase(ops.conv2dInputGradientOp, inputGradientForms, { scale: scaleOfProducts }),
  opCase(ops.conv2dKernelGradientOp, kernelGradientForms, { scale: scaleOfProducts }),
  opCase(
    ops.maxPool2dOp,
    poolingForms((x, options) => ops.maxPool2d(x, options) as AnyTensor, interleaved[0], false),
  ),
  opCase(ops.maxPool2dGradientOp, maxPoolGradientForms, { scale: scaleOfSizes }),
];
