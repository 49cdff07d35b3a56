import { apply } from "../graph/apply.ts";
import { allocate, isFloat } from "../graph/dtype.ts";
import { ShapeError } from "../graph/errors.ts";
import { type Op, primitive } from "../graph/op.ts";
import { checkShape, sameShape, shapeText, sizeOf } from "../graph/shape.ts";
import type { DType, NumberOf, Shape } from "../graph/shape-types.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { type Windows, windowPlaces } from "../kernels/windows.ts";
import { fittingPositions, gatherWindows, type PatchesOptions, windowsOf } from "./patches.ts";

export const sumPatchesPrimitive: Op = primitive<Windows & { readonly size: readonly number[] }>(
  "sumPatches",
  {
    accepts: "number",
    passesZeros: true,
    shape([y], { size, ...windows }) {
      const expected = [...windows.window, ...fittingPositions("sumPatches", size, windows)];
      const front = y.slice(0, Math.max(0, y.length - expected.length));
      if (!sameShape(y.slice(front.length), expected)) {
        throw new ShapeError(
          "sumPatches",
          `${shapeText(y)} does not end with ${shapeText(expected)}, the windows of ${shapeText(size)}`,
        );
      }
      return [...front, ...size];
    },
    vjp: ({ attributes: { size: _, ...windows }, cotangent }) => [gatherWindows(cotangent, windows)],
    reference([y], output, { size, ...windows }) {
      const places = windowPlaces(size, windows);
      const step = sizeOf(size);
      const { length } = output.values;
      const total = isFloat(output.dtype) ? new Float64Array(length) : allocate(output.dtype, length);
      let from = 0;
      for (let start = 0; start < length; start += step) {
        for (let i = 0; i < places.length; i++, from++) {
          if (places[i] >= 0) total[start + places[i]] += y.values[from];
        }
      }
      output.values.set(total);
    },
  },
);

/** {@link sumPatches} of windows that are known to be right. */
export function sumWindows(y: AnyTensor, size: Shape, windows: Windows): AnyTensor {
  return apply(sumPatchesPrimitive, [y], { ...windows, size });
}

/**
 * Windows put back to where they slid over axes of `size`: elements that lie on the same place are added, in float64 in
 * order of the window's elements, and those in the padding are dropped. `[…, kh, kw, oh, ow]` gives `[…, ...size]`: the
 * transpose of {@link patches}, with the same options ("col2im"). Bool counts as int32.
 *
 * Gradient: {@link patches} of the cotangent. Throws {@link ShapeError} when the windows are not those of `size`, and
 * {@link OptionError}.
 */
export function sumPatches<D extends DType>(
  y: Tensor<Shape, D>,
  size: Shape,
  window: Shape,
  options: PatchesOptions = {},
): Tensor<Shape, NumberOf<D>> {
  checkShape("sumPatches", size);
  const windows = windowsOf("sumPatches", window, options);
  if (size.length !== window.length) {
    throw new ShapeError(
      "sumPatches",
      `size ${shapeText(size)} and window ${shapeText(window)} differ in rank`,
    );
  }
  return sumWindows(y as AnyTensor, size, windows) as never;
}
