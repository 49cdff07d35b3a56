import { type ImageLayout, OptionError, type Shape, ShapeError, shapeText } from "@adjoint/tensor";

/** A number for height and width, or `[height, width]`. */
export type Pair = number | readonly [height: number, width: number];

/**
 * What is added around an image: a number of rows and columns at all sides, `[rows, columns]`, `[[top, bottom], [left,
 * right]]`; `"valid"` is nothing, and `"same"` as much as makes the output as large as the input over the stride, at the
 * bottom and right one more than at the top and left if it is odd.
 */
export type Padding2d =
  | Pair
  | readonly [rows: readonly [top: number, bottom: number], columns: readonly [left: number, right: number]]
  | "same"
  | "valid";

/** How a window slides over height and width: attributes of the ops of images, and options of `patches`. */
export type Sliding = {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly (readonly [before: number, after: number])[];
};

/** Both entries of a pair. Throws {@link OptionError} unless they are whole numbers from `least`. */
export function pairOf(op: string, name: string, given: Pair, least: number): [number, number] {
  const pair = typeof given === "number" ? [given, given] : given;
  if (Array.isArray(pair) && pair.length === 2 && pair.every((one) => Number.isInteger(one) && one >= least))
    return [...pair] as [number, number];
  const text = Array.isArray(given) ? shapeText(given) : String(given);
  throw new OptionError(op, `${name} is ${text}; expected a whole number from ${least}, or a pair of them`);
}

/** The options of a sliding window, as given. */
export interface SlidingOptions {
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Padding2d;
}

/** The attributes that options mean for images of `[height, width]`. Throws {@link OptionError}. */
export function slidingOf(op: string, size: Shape, window: Shape, options: SlidingOptions): Sliding {
  const stride = pairOf(op, "stride", options.stride, 1);
  const dilation = pairOf(op, "dilation", options.dilation, 1);
  return { stride, dilation, padding: paddingOf(op, size, window, { ...options, stride, dilation }) };
}

function paddingOf(
  op: string,
  size: Shape,
  window: Shape,
  {
    padding,
    stride,
    dilation,
  }: { padding: Padding2d; stride: readonly number[]; dilation: readonly number[] },
): readonly (readonly [number, number])[] {
  if (padding === "valid") return [0, 0].map(() => [0, 0] as const);
  if (padding === "same") {
    return size.map((dimension, axis) => {
      const reach = (Math.ceil(dimension / stride[axis]) - 1) * stride[axis] + spanOf(window, dilation, axis);
      const missing = Math.max(0, reach - dimension);
      return [Math.floor(missing / 2), Math.ceil(missing / 2)] as const;
    });
  }
  if (typeof padding === "string")
    throw new OptionError(
      op,
      `padding is ${JSON.stringify(padding)}; expected "same", "valid", a number, or one for each side`,
    );
  if (Array.isArray(padding) && padding.length === 2 && padding.every(Array.isArray)) {
    return (padding as readonly [Pair, Pair][]).map((sides) => pairOf(op, "padding", sides as never, 0));
  }
  return pairOf(op, "padding", padding as Pair, 0).map((count) => [count, count] as const);
}

function spanOf(window: Shape, dilation: readonly number[], axis: number): number {
  return (window[axis] - 1) * dilation[axis] + 1;
}

/** Height and width of the result. Throws {@link ShapeError} when the window does not fit. */
export function slidSize(op: string, size: Shape, window: Shape, sliding: Sliding): number[] {
  const { stride, dilation, padding } = sliding;
  return size.map((dimension, axis) => {
    const [before, after] = padding[axis];
    const room = before + dimension + after - spanOf(window, dilation, axis);
    if (room >= 0) return Math.floor(room / stride[axis]) + 1;
    throw new ShapeError(
      op,
      `a window of ${axis === 0 ? "height" : "width"} ${spanOf(window, dilation, axis)} does not fit ${dimension} with ${before + after} of padding`,
    );
  });
}

/** Throws unless the layout is one, and the image has its axes. */
export function checkImage(op: string, shape: Shape, layout: ImageLayout): void {
  if (layout !== "NCHW" && layout !== "NHWC")
    throw new OptionError(op, `layout is ${JSON.stringify(layout)}; expected "NCHW" or "NHWC"`);
  if (shape.length >= 3) return;
  const axes = layout === "NCHW" ? "channels, height, width" : "height, width, channels";
  throw new ShapeError(op, `${shapeText(shape)} has rank ${shape.length}; expected […, ${axes}]`);
}
