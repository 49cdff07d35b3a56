import { maxPool2d, type PoolingOptions } from "@adjoint/ops";
import type { ImageLayout } from "@adjoint/tensor";
import { checkOptions } from "./options.ts";
import { type PoolingLayer, poolingLayer } from "./pooling-layer.ts";

const optionNames: Record<keyof PoolingOptions, true> = {
  kernelSize: true,
  stride: true,
  padding: true,
  layout: true,
};

/**
 * A layer without parameters that takes the largest pixel of each window, 2×2 by default:
 * `[batch, channels, height, width] → [batch, channels, …]`, as `maxPool2d` of `@adjoint/ops` with the same options.
 * Throws `OptionError`, and `ShapeError` when called with images that a window does not fit.
 */
export function maxPooling2d<const Layout extends ImageLayout = "NCHW">(
  options: PoolingOptions & { readonly layout?: Layout } = {},
): PoolingLayer<Layout> {
  checkOptions("maxPooling2d", options, optionNames);
  return poolingLayer("maxPooling2d", (x) => maxPool2d(x, options), options);
}
