import type { PoolingOptions } from "@adjoint/ops";
import type {
  AnyTensor,
  Checked,
  DType,
  DTypeOf,
  ImageLayout,
  Pool2d,
  Result,
  ShapeOf,
  Tensor,
} from "@adjoint/tensor";
import { type Layer, layer } from "./layer.ts";
import type { LayerInput } from "./layer-types.ts";
import { checkLayout, checkPair } from "./options.ts";

declare const pools: unique symbol;

type AnyImages = [number, number, number, number];

/** A layer that changes height and width of images, and keeps their channels. */
export interface PoolingLayer<Layout extends ImageLayout = ImageLayout> extends Layer<AnyImages, AnyImages> {
  <X extends AnyTensor>(
    x: X & Checked<LayerInput<AnyImages, ShapeOf<X>>>,
  ): Tensor<Result<Pool2d<ShapeOf<X>, Layout>>, PooledDType<DTypeOf<X>>>;
  /** Only in types: where the channels are that it keeps. */
  readonly [pools]: Layout;
}

/** Floats stay; of integers it depends on the pooling. */
type PooledDType<D extends DType> = D extends "float32" | "float64" ? D : DType;

/** Makes a layer of a pooling op. */
export function poolingLayer<Layout extends ImageLayout>(
  name: string,
  pool: (x: AnyTensor) => AnyTensor,
  { kernelSize = 2, layout = "NCHW" }: PoolingOptions,
): PoolingLayer<Layout> {
  const window = checkPair(name, "kernelSize", kernelSize);
  checkLayout(name, layout);
  return layer({}, pool as never, {
    name,
    describe: `${name} (${window.join("×")})`,
    inputShape: [-1, -1, -1],
  }) as unknown as PoolingLayer<Layout>;
}
