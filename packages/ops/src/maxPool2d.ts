import {
  type AnyTensor,
  apply,
  checkOptionNames,
  composite,
  type DTypeOf,
  type ImageLayout,
  type Inferred,
  max,
  type Op,
  type OptionOf,
  type Pool2d,
  type Result,
  type ShapeOf,
  type Tensor,
} from "@adjoint/tensor";
import { asGiven, asImages } from "./imageLayout.ts";
import { maxPool2dGradientOp } from "./maxPool2dGradient.ts";
import {
  lowest,
  type PoolingAttributes,
  type PoolingOptions,
  pooledShape,
  poolingOf,
  windowElements,
} from "./pooling.ts";

/** Of images `[n, C, h, w]`: what {@link maxPool2d} calls in every layout. */
export const maxPool2dOp: Op = composite<PoolingAttributes>("maxPool2d", {
  passesZeros: true,
  accepts: "any",
  shape: pooledShape("maxPool2d"),
  lower: ([x], attributes) => max(windowElements(x, attributes, lowest(x.dtype)), { axis: 2 }) as AnyTensor,
  vjp: ({ inputs: [x], attributes, cotangent }) => [apply(maxPool2dGradientOp, [x, cotangent], attributes)],
});

const optionNames: Record<keyof PoolingOptions, true> = {
  kernelSize: true,
  stride: true,
  padding: true,
  layout: true,
};

/**
 * The largest element of every window that slides over height and width: `[…, C, H, W] → […, C, oh, ow]`, with any number of
 * batch axes. What is padded is smaller than all; NaN in a window gives NaN. Keeps the dtype.
 *
 * Gradient: a window's cotangent goes to its first largest element in row-major order, as in PyTorch, and not to those that
 * tie with it; where windows overlap, cotangents add up. Throws {@link ShapeError} and {@link OptionError}.
 */
export function maxPool2d<
  X extends AnyTensor,
  const Layout extends ImageLayout | undefined = "NCHW",
  Given = object,
>(
  x: X,
  options: PoolingOptions & { layout?: Layout } & Inferred<Given> = {} as never,
): Tensor<Result<Pool2d<ShapeOf<X>, OptionOf<Given, "layout", Layout>>>, DTypeOf<X>> {
  checkOptionNames("maxPool2d", options, Object.keys(optionNames));
  const layout: ImageLayout = options.layout ?? "NCHW";
  const attributes = poolingOf("maxPool2d", x.shape, options);
  return asGiven(apply(maxPool2dOp, [asImages(x, layout)], attributes), x.shape, layout) as never;
}
