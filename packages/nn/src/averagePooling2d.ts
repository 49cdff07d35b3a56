import { type AvgPoolOptions, avgPool2d } from "@adjoint/ops";
import type { ImageLayout } from "@adjoint/tensor";
import { checkOptions } from "./options.ts";
import { type PoolingLayer, poolingLayer } from "./pooling-layer.ts";

const optionNames: Record<keyof AvgPoolOptions, true> = {
  kernelSize: true,
  stride: true,
  padding: true,
  layout: true,
  countIncludePad: true,
};

/**
 * A layer without parameters that takes the mean of each window, 2×2 by default:
 * `[batch, channels, height, width] → [batch, channels, …]`, as `avgPool2d` of `@adjoint/ops` with the same options.
 * Throws `OptionError`, and `ShapeError` when called with images that a window does not fit.
 */
export function averagePooling2d<const Layout extends ImageLayout = "NCHW">(
  options: AvgPoolOptions & { readonly layout?: Layout } = {},
): PoolingLayer<Layout> {
  checkOptions("averagePooling2d", options, optionNames);
  return poolingLayer("averagePooling2d", (x) => avgPool2d(x, options), options);
}
