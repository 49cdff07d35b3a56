import {
  apply,
  composite,
  type DType,
  type FloatOf,
  type Op,
  reshape,
  type Shape,
  sum,
  type Tensor,
} from "@adjoint/tensor";
import { conv2dOp } from "./conv2d.ts";
import { conv2dInputGradientOp } from "./conv2dInputGradient.ts";
import {
  type ConvolutionAttributes,
  type ConvolutionOptions,
  checkCotangent,
  columnsOf,
  convolutionAttributes,
  convolutionOf,
  imageRows,
  product,
} from "./convolutionProducts.ts";

/** Attributes of {@link conv2dKernelGradientOp}: those of the convolution, and height and width of its kernel. */
type KernelGradientAttributes = ConvolutionAttributes & { readonly window: readonly number[] };

export const conv2dKernelGradientOp: Op = composite<KernelGradientAttributes>("conv2dKernelGradient", {
  shape([x, y], { window, ...attributes }) {
    const kernel = [y[1], x[1] / attributes.groups, ...window];
    checkCotangent("conv2dKernelGradient", y, x, kernel, attributes);
    return kernel;
  },
  lower([x, y], attributes) {
    const { groups, window } = attributes;
    const columns = columnsOf(x, window, convolutionOf(attributes));
    const ofImages = product(imageRows(y, groups), columns, { transposeB: true });
    return reshape(sum(ofImages, { axis: 0 }), [y.shape[1], x.shape[1] / groups, ...window]);
  },
  vjp({ inputs: [x, y], attributes, cotangent }) {
    const convolution = convolutionOf(attributes);
    return [
      apply(conv2dInputGradientOp, [y, cotangent], { ...convolution, size: x.shape.slice(2) }),
      apply(conv2dOp, [x, cotangent], convolution),
    ];
  },
});

/**
 * The gradient of `conv2d` by its kernel of `[height, width]`, from the input `[n, C, h, w]` and the cotangent `[n, O, oh, ow]`,
 * with the options of the convolution: of every image the cotangent times its windows transposed, summed over the images.
 * Gives `[O, C / groups, height, width]`.
 *
 * Gradient: bilinear; the input's is an input gradient, `ȳ` a convolution. Numerics: those of `matmul`, once for each image, and
 * of `sum`. Throws {@link ShapeError} when the shapes are not those of a convolution.
 */
export function conv2dKernelGradient<D extends DType>(
  x: Tensor<Shape, D>,
  cotangent: Tensor<Shape, D>,
  window: readonly [height: number, width: number],
  options: ConvolutionOptions = {},
): Tensor<Shape, FloatOf<D>> {
  const attributes = convolutionAttributes("conv2dKernelGradient", x.shape.slice(2), window, options);
  return apply(conv2dKernelGradientOp, [x, cotangent], { ...attributes, window: [...window] }) as never;
}
