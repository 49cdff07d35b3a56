import { apply } from "../graph/apply.ts";
import { checkRepresentable } from "../graph/dtype.ts";
import { OptionError, ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { shapeText, sizeOf } from "../graph/shape.ts";
import type { DType, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { positionsOf, spanOf, type Windows, windowPlaces } from "../kernels/windows.ts";
import { sumWindows } from "./sumPatches.ts";

/** How a window slides over the last axes, an entry for each; all but the window may be left out. */
export interface PatchesOptions {
  /** How far apart neighbouring windows are. Default 1. */
  readonly stride?: Shape;
  /** How far apart neighbouring elements of a window are. Default 1. */
  readonly dilation?: Shape;
  /** Elements added before the first and after the last of an axis. Default 0. */
  readonly padding?: readonly (readonly [before: number, after: number])[];
}

/** How many windows fit along each axis. Throws {@link ShapeError} where none does. */
export function fittingPositions(op: string, size: Shape, windows: Windows): number[] {
  const positions = positionsOf(size, windows);
  const short = positions.findIndex((count) => count < 1);
  if (short === -1) return positions;
  const [before, after] = windows.padding[short];
  throw new ShapeError(
    op,
    `a window that spans ${spanOf(windows, short)} does not fit dimension ${size[short]} with ${before + after} of padding`,
  );
}

export const patchesPrimitive: Op = primitive<Windows & { readonly value: number }>("patches", {
  passesZeros: true,
  accepts: "any",
  shape([x], windows) {
    const front = x.length - windows.window.length;
    return [...x.slice(0, front), ...windows.window, ...fittingPositions("patches", x.slice(front), windows)];
  },
  vjp({ inputs: [x], attributes: { window, stride, dilation, padding }, cotangent }) {
    const size = x.shape.slice(x.rank - window.length);
    return [sumWindows(cotangent, size, { window, stride, dilation, padding })];
  },
  reference([x], output, { value, ...windows }) {
    const size = x.shape.slice(x.shape.length - windows.window.length);
    const places = windowPlaces(size, windows);
    const step = sizeOf(size);
    let to = 0;
    for (let start = 0; to < output.values.length; start += step) {
      for (let i = 0; i < places.length; i++) {
        output.values[to++] = places[i] < 0 ? value : x.values[start + places[i]];
      }
    }
  },
});

/** {@link patches} of windows that are known to be right. */
export function gatherWindows(x: AnyTensor, windows: Windows, value = 0): AnyTensor {
  return apply(patchesPrimitive, [x], { ...windows, value });
}

/** The windows that options describe. Throws {@link OptionError} unless there is a whole number for each axis. */
export function windowsOf(op: string, window: Shape, options: PatchesOptions): Windows {
  const ones = window.map(() => 1);
  const { stride = ones, dilation = ones, padding = window.map(() => [0, 0] as const) } = options;
  for (const [name, list] of Object.entries({ window, stride, dilation })) {
    if (list.length === window.length && list.every((one) => Number.isInteger(one) && one >= 1)) continue;
    throw new OptionError(
      op,
      `${name} is ${shapeText(list)}; expected ${window.length} whole numbers from 1`,
    );
  }
  const isCount = (count: number): boolean => Number.isInteger(count) && count >= 0;
  if (
    padding.length !== window.length ||
    !padding.every((pair) => pair.length === 2 && pair.every(isCount))
  ) {
    throw new OptionError(
      op,
      `padding is [${padding.map(shapeText).join(", ")}]; expected ${window.length} pairs [before, after] of whole numbers from 0`,
    );
  }
  return { window: [...window], stride: [...stride], dilation: [...dilation], padding };
}

/**
 * The windows that slide over the last axes: `y[…, ...k, ...o] = x[…, ...(o · stride + k · dilation − before)]`, and `value`
 * (0) in the padding. `[…, h, w]` with a window `[kh, kw]` gives `[…, kh, kw, oh, ow]`: what makes a convolution a matrix
 * product ("im2col"). A window's elements stand before the windows' positions, so that the long axis is contiguous.
 *
 * Gradient: {@link sumPatches} of the cotangent, whose transpose this is. Throws {@link ShapeError} when a window does not
 * fit, and {@link OptionError}.
 */
export function patches<D extends DType>(
  x: Tensor<Shape, D>,
  window: Shape,
  options: PatchesOptions & { value?: number } = {},
): Tensor<Shape, D> {
  const { value = 0 } = options;
  const windows = windowsOf("patches", window, options);
  if (x.rank < window.length) {
    throw new ShapeError(
      "patches",
      `${shapeText(x.shape)} has rank ${x.rank}; expected at least ${window.length}, the axes of the window ${shapeText(window)}`,
    );
  }
  checkRepresentable("patches", value, x.dtype);
  return gatherWindows(x as AnyTensor, windows, value) as never;
}
