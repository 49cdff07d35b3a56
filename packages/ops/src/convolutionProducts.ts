import {
  type AnyTensor,
  apply,
  patches,
  primitives,
  reshape,
  type Shape,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
} from "@adjoint/tensor";
import type { Padding2d, Pair } from "./slidingWindow.ts";
import { type Sliding, slidingOf, slidSize } from "./slidingWindow.ts";

/** Attributes of the ops of convolution. */
export type ConvolutionAttributes = Sliding & { readonly groups: number };

/** How a kernel slides, and over which channels. */
export interface ConvolutionOptions {
  /** How far the kernel moves. Default 1. */
  readonly stride?: Pair | undefined;
  /** What is added around the images: see {@link Padding2d}. Default 0. */
  readonly padding?: Padding2d | undefined;
  /** How far apart the elements are that the kernel takes. Default 1. */
  readonly dilation?: Pair | undefined;
  /** Parts that the channels are cut into; each sees its own inputs alone. As many as channels is "depthwise". Default 1. */
  readonly groups?: number | undefined;
}

/** The attributes that options mean. Throws `OptionError`. */
export function convolutionAttributes(
  op: string,
  size: Shape,
  window: Shape,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvolutionOptions,
): ConvolutionAttributes {
  return { ...slidingOf(op, size, window, { stride, padding, dilation }), groups };
}

/** Throws {@link ShapeError} unless `y` is what a convolution of such images with such kernels gives. */
export function checkCotangent(
  op: string,
  y: Shape,
  x: Shape,
  kernel: Shape,
  attributes: ConvolutionAttributes,
): void {
  const expected = [x[0], kernel[0], ...slidSize(op, x.slice(2), kernel.slice(2), attributes)];
  if (sameShape(y, expected) && x[1] === kernel[1] * attributes.groups) return;
  throw new ShapeError(
    op,
    `the cotangent ${shapeText(y)} is not of a convolution of ${shapeText(x)} with ${shapeText(kernel)}, which gives ${shapeText(expected)}`,
  );
}

/** The same attributes without those of one op alone. */
export function convolutionOf({
  stride,
  dilation,
  padding,
  groups,
}: ConvolutionAttributes): ConvolutionAttributes {
  return { stride, dilation, padding, groups };
}

/** Every window as a column: `[n, groups, I · kh · kw, oh · ow]`, in which the long axis is contiguous. */
export function columnsOf(
  x: AnyTensor,
  window: Shape,
  { groups, ...sliding }: ConvolutionAttributes,
): AnyTensor {
  const [n, channels] = x.shape;
  const isPoint =
    [...window, ...sliding.stride].every((one) => one === 1) &&
    sliding.padding.flat().every((one) => one === 0);
  const taken = isPoint ? x : patches(x, window, sliding);
  const positions = sizeOf(taken.shape.slice(-2));
  return reshape(taken, [n, groups, (channels / groups) * sizeOf(window), positions]);
}

/** A kernel `[O, I, kh, kw]` as matrices `[groups, O / groups, I · kh · kw]`. */
export function kernelRows(kernel: AnyTensor, groups: number): AnyTensor {
  const [filters, ...taken] = kernel.shape;
  return reshape(kernel, [groups, filters / groups, sizeOf(taken)]);
}

/** Images `[n, O, oh, ow]` as matrices `[n, groups, O / groups, oh · ow]`. */
export function imageRows(y: AnyTensor, groups: number): AnyTensor {
  const [n, filters, height, width] = y.shape;
  return reshape(y, [n, groups, filters / groups, height * width]);
}

/** `a b`, with an operand read transposed rather than copied. */
export function product(
  a: AnyTensor,
  b: AnyTensor,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): AnyTensor {
  return apply(primitives.matmul, [a, b], { transposeA, transposeB });
}
