import {
  type AnyTensor,
  apply,
  composite,
  type DType,
  type FloatOf,
  type Op,
  reshape,
  type Shape,
  sumPatches,
  type Tensor,
} from "@adjoint/tensor";
import { conv2dOp } from "./conv2d.ts";
import { conv2dKernelGradientOp } from "./conv2dKernelGradient.ts";
import {
  type ConvolutionAttributes,
  type ConvolutionOptions,
  checkCotangent,
  convolutionAttributes,
  convolutionOf,
  imageRows,
  kernelRows,
  product,
} from "./convolutionProducts.ts";

/** Attributes of {@link conv2dInputGradientOp}: those of the convolution, and height and width of its input. */
type InputGradientAttributes = ConvolutionAttributes & { readonly size: readonly number[] };

export const conv2dInputGradientOp: Op = composite<InputGradientAttributes>("conv2dInputGradient", {
  shape([y, kernel], { size, ...attributes }) {
    const x = [y[0], kernel[1] * attributes.groups, ...size];
    checkCotangent("conv2dInputGradient", y, x, kernel, attributes);
    return x;
  },
  lower([y, kernel], { groups, size, ...sliding }) {
    const [n, , height, width] = y.shape;
    const [, channels, ...window] = kernel.shape;
    const columns = product(kernelRows(kernel, groups), imageRows(y, groups), { transposeA: true });
    const windows: AnyTensor = reshape(columns, [n, channels * groups, ...window, height, width]);
    return sumPatches(windows, size, window, sliding);
  },
  vjp({ inputs: [y, kernel], attributes, cotangent }) {
    const convolution = convolutionOf(attributes);
    return [
      apply(conv2dOp, [cotangent, kernel], convolution),
      apply(conv2dKernelGradientOp, [cotangent, y], { ...convolution, window: kernel.shape.slice(2) }),
    ];
  },
});

/**
 * The gradient of `conv2d` by its input of `[height, width]`, from the cotangent `[n, O, oh, ow]` and the kernel
 * `[O, I, kh, kw]`, with the options of the convolution: the kernel's transpose times the cotangent gives that of every window,
 * and where windows overlap they add up. It is the "transposed convolution" of decoders. Gives `[n, C, height, width]`.
 *
 * Gradient: bilinear; `ȳ` is the convolution of the cotangent with the kernel, the kernel's a kernel gradient.
 * Numerics: those of `matmul` and of `sumPatches`. Throws {@link ShapeError} when the shapes are not those of a convolution.
 */
export function conv2dInputGradient<D extends DType>(
  cotangent: Tensor<Shape, D>,
  kernel: Tensor<Shape, D>,
  size: readonly [height: number, width: number],
  options: ConvolutionOptions = {},
): Tensor<Shape, FloatOf<D>> {
  const attributes = convolutionAttributes("conv2dInputGradient", size, kernel.shape.slice(2), options);
  return apply(conv2dInputGradientOp, [cotangent, kernel], { ...attributes, size: [...size] }) as never;
}
