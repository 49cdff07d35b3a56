import {
  type AnyTensor,
  add,
  apply,
  type Beside,
  type BinaryDType,
  type Checked,
  type Conv2d,
  checkOptionNames,
  composite,
  type ImageLayout,
  type Inferred,
  type NumberOf,
  type Op,
  OptionError,
  type OptionOf,
  type Result,
  reshape,
  type Shape,
  ShapeError,
  type ShapeOf,
  shapeText,
  type Tensor,
  transpose,
} from "@adjoint/tensor";
import { conv2dInputGradientOp } from "./conv2dInputGradient.ts";
import { conv2dKernelGradientOp } from "./conv2dKernelGradient.ts";
import {
  type ConvolutionAttributes,
  type ConvolutionOptions,
  columnsOf,
  convolutionAttributes,
  kernelRows,
  product,
} from "./convolutionProducts.ts";
import { asGiven, asImages, imageSize } from "./imageLayout.ts";
import { checkImage, type Padding2d, type Pair, slidSize } from "./slidingWindow.ts";

/** Of images `[n, C, h, w]` and a kernel `[O, I, kh, kw]`, without a bias: what {@link conv2d} calls in every layout. */
export const conv2dOp: Op = composite<ConvolutionAttributes>("conv2d", {
  accepts: "number",
  shape: ([[n, , ...size], [filters, , ...window]], sliding) => [
    n,
    filters,
    ...slidSize("conv2d", size, window, sliding),
  ],
  lower([x, kernel], attributes) {
    const [filters, , ...window] = kernel.shape;
    const columns = columnsOf(x, window, attributes);
    const rows = product(kernelRows(kernel, attributes.groups), columns);
    const positions = slidSize("conv2d", x.shape.slice(2), window, attributes);
    return reshape(rows, [x.shape[0], filters, ...positions]);
  },
  vjp({ inputs: [x, kernel], attributes, cotangent }) {
    return [
      apply(conv2dInputGradientOp, [cotangent, kernel], { ...attributes, size: x.shape.slice(2) }),
      apply(conv2dKernelGradientOp, [x, cotangent], { ...attributes, window: kernel.shape.slice(2) }),
    ];
  },
});

/** Options of {@link conv2d}. */
export interface Conv2dOptions extends ConvolutionOptions {
  /** Added to every output channel: `[O]`. */
  readonly bias?: AnyTensor | undefined;
  /** `"NCHW"` with kernels OIHW, as PyTorch, or `"NHWC"` with kernels HWIO, as Keras. Default `"NCHW"`. */
  readonly layout?: ImageLayout | undefined;
}

const optionNames: Record<keyof Conv2dOptions, true> = {
  bias: true,
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
  layout: true,
};

/** The rule by options of which some may be absent. */
export type Conv2dBy<
  X extends AnyTensor,
  K extends AnyTensor,
  Layout,
  Groups extends number | undefined,
  Stride,
  Padding,
  Dilation,
  Given,
> = Conv2d<
  ShapeOf<X>,
  ShapeOf<K>,
  OptionOf<Given, "layout", Layout>,
  OptionOf<Given, "groups", Groups>,
  OptionOf<Given, "stride", Stride>,
  OptionOf<Given, "padding", Padding>,
  OptionOf<Given, "dilation", Dilation>
>;

/** The shape of a bias, which has an element for each output channel of the kernel. */
export type BiasOf<K extends AnyTensor, Layout, Bias> = Beside<
  "conv2d",
  "bias",
  Bias,
  ShapeOf<K> extends readonly [infer First extends number, number, number, infer Last extends number]
    ? [Layout] extends ["NCHW" | undefined]
      ? [First]
      : [Layout] extends ["NHWC"]
        ? [Last]
        : Shape
    : Shape
>;

/** Throws unless the kernel fits the channels of the images. */
function checkKernel(x: Shape, kernel: Shape, groups: number, layout: ImageLayout): void {
  const axes = layout === "NCHW" ? "[out, in, height, width]" : "[height, width, in, out]";
  if (kernel.length !== 4)
    throw new ShapeError("conv2d", `kernel ${shapeText(kernel)} has rank ${kernel.length}; expected ${axes}`);
  if (!Number.isInteger(groups) || groups < 1)
    throw new OptionError("conv2d", `groups is ${groups}; expected a whole number from 1`);
  const [channels, taken, filters] =
    layout === "NCHW" ? [x[x.length - 3], kernel[1], kernel[0]] : [x[x.length - 1], kernel[2], kernel[3]];
  if (channels !== taken * groups) {
    const inGroups = groups === 1 ? "" : ` in each of ${groups} groups`;
    throw new ShapeError(
      "conv2d",
      `the input has ${channels} channels, the kernel takes ${taken}${inGroups}: ${shapeText(x)} in ${layout} with kernel ${shapeText(kernel)}, which is ${axes}`,
    );
  }
  if (filters % groups !== 0)
    throw new ShapeError("conv2d", `${filters} output channels cannot be cut into ${groups} groups`);
  if (kernel.includes(0) && (layout === "NCHW" ? kernel.slice(2) : kernel.slice(0, 2)).includes(0))
    throw new ShapeError("conv2d", `kernel ${shapeText(kernel)} has no elements; expected ${axes}`);
}

/**
 * Convolution (cross-correlation, as everywhere in deep learning) of images with a kernel:
 * `y[n, o, p, q] = Σ_{c i j} x[n, c, p·s + i·d − top, q·s + j·d − left] · kernel[o, c, i, j] + bias[o]`.
 * `[…, C, H, W]` with `[O, I, kh, kw]` gives `[…, O, oh, ow]`, where C is I times the groups and
 * `oh = ⌊(H + top + bottom − (kh − 1)·d − 1) / s⌋ + 1`; any number of batch axes, also none.
 *
 * Gradient: `x̄` is the transposed convolution of ȳ, the kernel's that of x with ȳ; bilinear, so to any order. The bias gets
 * the sum of ȳ over all but its axis.
 * Numerics: those of {@link matmul}, to which it is lowered by way of `patches`. Throws {@link ShapeError} when the channels
 * differ or the kernel does not fit, and {@link OptionError}.
 */
export function conv2d<
  X extends AnyTensor,
  K extends AnyTensor,
  const Layout extends ImageLayout | undefined = "NCHW",
  const Groups extends number | undefined = 1,
  const Stride extends Pair | undefined = 1,
  const Padding extends Padding2d | undefined = 0,
  const Dilation extends Pair | undefined = 1,
  Bias extends AnyTensor | undefined = undefined,
  Given = object,
>(
  x: X,
  kernel: K & Checked<Conv2dBy<X, K, Layout, Groups, Stride, Padding, Dilation, Given>>,
  options: {
    bias?: Bias;
    stride?: Stride;
    padding?: Padding;
    dilation?: Dilation;
    groups?: Groups;
    layout?: Layout;
  } & Inferred<Given> &
    Checked<BiasOf<K, OptionOf<Given, "layout", Layout>, OptionOf<Given, "bias", Bias>>> = {} as never,
): Tensor<
  Result<Conv2dBy<X, K, Layout, Groups, Stride, Padding, Dilation, Given>>,
  NumberOf<BinaryDType<Tensor<[], BinaryDType<X, K>>, Bias>>
> {
  checkOptionNames("conv2d", options, Object.keys(optionNames));
  const given = options as Conv2dOptions;
  const { bias, stride = 1, padding = 0, dilation = 1, groups = 1, layout = "NCHW" } = given;
  checkImage("conv2d", x.shape, layout);
  checkKernel(x.shape, kernel.shape, groups, layout);
  const weights: AnyTensor = layout === "NCHW" ? kernel : transpose(kernel as AnyTensor, [3, 2, 0, 1]);
  const [filters, , ...window] = weights.shape;
  const size = imageSize(x.shape, layout);
  const attributes = convolutionAttributes("conv2d", size, window, { stride, padding, dilation, groups });
  const images = apply(conv2dOp, [asImages(x, layout), weights], attributes);
  if (bias === undefined) return asGiven(images, x.shape, layout) as never;
  if (bias.rank !== 1 || bias.shape[0] !== filters)
    throw new ShapeError(
      "conv2d",
      `bias ${shapeText(bias.shape)}; expected [${filters}], one for each output channel`,
    );
  return asGiven(add(images, reshape(bias, [filters, 1, 1])), x.shape, layout) as never;
}
