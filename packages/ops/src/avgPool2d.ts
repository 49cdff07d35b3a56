import {
  type AnyTensor,
  apply,
  checkOptionNames,
  composite,
  type DTypeOf,
  div,
  type FloatOf,
  type ImageLayout,
  type Inferred,
  type Op,
  type OptionOf,
  ones,
  type Pool2d,
  type Result,
  type ShapeOf,
  sizeOf,
  sum,
  type Tensor,
} from "@adjoint/tensor";
import { asGiven, asImages } from "./imageLayout.ts";
import {
  isPadded,
  type PoolingAttributes,
  type PoolingOptions,
  pooledShape,
  poolingOf,
  windowElements,
} from "./pooling.ts";

/** Attributes of {@link avgPool2dOp}. */
type AvgPoolAttributes = PoolingAttributes & { readonly countIncludePad: boolean };

/** Of images `[n, C, h, w]`: what {@link avgPool2d} calls in every layout. */
export const avgPool2dOp: Op = composite<AvgPoolAttributes>("avgPool2d", {
  shape: pooledShape("avgPool2d"),
  lower([x], { countIncludePad, ...attributes }) {
    const total = (images: AnyTensor): AnyTensor =>
      sum(windowElements(images, attributes), { axis: 2 }) as AnyTensor;
    const count: AnyTensor | number =
      countIncludePad || !isPadded(attributes)
        ? sizeOf(attributes.window)
        : total(ones([1, 1, ...x.shape.slice(2)], { dtype: x.dtype }) as AnyTensor);
    return div(total(x), count) as AnyTensor;
  },
});

/** Options of {@link avgPool2d}. */
export interface AvgPoolOptions extends PoolingOptions {
  /** Divide by the window's size at the edges too, where part of it is padding, as PyTorch does; Keras divides by what is there. Default true. */
  readonly countIncludePad?: boolean | undefined;
}

const optionNames: Record<keyof AvgPoolOptions, true> = {
  kernelSize: true,
  stride: true,
  padding: true,
  layout: true,
  countIncludePad: true,
};

/**
 * The mean of every window that slides over height and width: `[…, C, H, W] → […, C, oh, ow]`, with any number of batch axes.
 * Integers and bool give float32.
 *
 * Gradient: each element of a window gets its share of the window's cotangent; where windows overlap, shares add up.
 * Numerics: those of {@link mean}. Throws {@link ShapeError} and {@link OptionError}.
 */
export function avgPool2d<
  X extends AnyTensor,
  const Layout extends ImageLayout | undefined = "NCHW",
  Given = object,
>(
  x: X,
  options: AvgPoolOptions & { layout?: Layout } & Inferred<Given> = {} as never,
): Tensor<Result<Pool2d<ShapeOf<X>, OptionOf<Given, "layout", Layout>>>, FloatOf<DTypeOf<X>>> {
  checkOptionNames("avgPool2d", options, Object.keys(optionNames));
  const { layout = "NCHW" as ImageLayout, countIncludePad = true } = options;
  const attributes = { ...poolingOf("avgPool2d", x.shape, options), countIncludePad };
  return asGiven(apply(avgPool2dOp, [asImages(x, layout)], attributes), x.shape, layout) as never;
}
