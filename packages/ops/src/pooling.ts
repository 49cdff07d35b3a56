import {
  type AnyTensor,
  type DType,
  type ImageLayout,
  OptionError,
  patches,
  reshape,
  type Shape,
  ShapeError,
  shapeText,
  sizeOf,
} from "@adjoint/tensor";
import {
  checkImage,
  type Padding2d,
  type Pair,
  pairOf,
  type Sliding,
  slidingOf,
  slidSize,
} from "./slidingWindow.ts";

/** Options of `maxPool2d` and `avgPool2d`. */
export interface PoolingOptions {
  /** Height and width of the window. Default 2. */
  readonly kernelSize?: Pair | undefined;
  /** How far the window moves. Default: its own size, so that windows do not overlap. */
  readonly stride?: Pair | undefined;
  /** What is added around the images, less than the window: see {@link Padding2d}. Default 0. */
  readonly padding?: Padding2d | undefined;
  /** `"NCHW"`, as PyTorch, or `"NHWC"`, as Keras. Default `"NCHW"`. */
  readonly layout?: ImageLayout | undefined;
}

/** Attributes of the ops of pooling. */
export type PoolingAttributes = Sliding & { readonly window: readonly number[] };

/** The attributes of pooling images of that shape. Throws {@link ShapeError} and {@link OptionError}. */
export function poolingOf(
  op: string,
  shape: Shape,
  { kernelSize = 2, stride = kernelSize, padding = 0, layout = "NCHW" }: PoolingOptions,
): PoolingAttributes {
  checkImage(op, shape, layout);
  const size = layout === "NCHW" ? shape.slice(-2) : shape.slice(-3, -1);
  if (size.includes(0))
    throw new ShapeError(op, `${shapeText(shape)} has no pixels; expected height and width from 1`);
  const window = pairOf(op, "kernelSize", kernelSize, 1);
  const sliding = slidingOf(op, size, window, { stride, padding, dilation: 1 });
  sliding.padding.forEach((sides, axis) => {
    if (Math.max(...sides) < window[axis]) return;
    throw new OptionError(
      op,
      `padding is ${Math.max(...sides)} for a window of ${window[axis]}; expected less, so that every window has a pixel`,
    );
  });
  return { window, ...sliding };
}

/** The shape rule of the ops of pooling. */
export function pooledShape(op: string): (shapes: readonly Shape[], attributes: PoolingAttributes) => Shape {
  return ([x], { window, ...sliding }) => [...x.slice(0, 2), ...slidSize(op, x.slice(2), window, sliding)];
}

/** Every window's elements along an axis of their own: `[n, C, kh · kw, oh, ow]`. */
export function windowElements(
  x: AnyTensor,
  { window, ...sliding }: PoolingAttributes,
  value = 0,
): AnyTensor {
  const taken: AnyTensor = patches(x, window, { ...sliding, value });
  return reshape(taken, [...x.shape.slice(0, 2), sizeOf(window), ...taken.shape.slice(4)]);
}

/** Do windows reach over the edges? */
export function isPadded({ padding }: PoolingAttributes): boolean {
  return padding.flat().some((count) => count > 0);
}

/** What no element of the dtype is below. */
export function lowest(dtype: DType): number {
  if (dtype === "int32") return -(2 ** 31);
  return dtype === "uint8" || dtype === "bool" ? 0 : Number.NEGATIVE_INFINITY;
}
