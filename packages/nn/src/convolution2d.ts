import { conv2d, type Padding2d, type Pair } from "@adjoint/ops";
import {
  type AnyTensor,
  type DType,
  type ImageLayout,
  OptionError,
  parameter,
  random,
  transpose,
} from "@adjoint/tensor";
import { type Activation, activationFunction, activationName } from "./activation.ts";
import { checkedInitializer } from "./initializers/checkedInitializer.ts";
import { constantInitializer } from "./initializers/constantInitializer.ts";
import { glorotUniform } from "./initializers/glorot.ts";
import type { Initializer } from "./initializers/initializer.ts";
import { type Layer, layer } from "./layer.ts";
import { checkBoolean, checkLayout, checkOptions, checkPair, checkWhole } from "./options.ts";
import { nextKey } from "./seed.ts";

/** Options of {@link convolution2d}. */
export interface Convolution2dOptions<D extends DType = "float32", Layout extends ImageLayout = "NCHW"> {
  /** How far the kernel moves. Default 1. */
  readonly stride?: Pair;
  /** What is added around the images: a number, a pair, `[[top, bottom], [left, right]]`, `"same"` or `"valid"`. Default 0. */
  readonly padding?: Padding2d;
  /** How far apart the pixels are that the kernel takes. Default 1. */
  readonly dilation?: Pair;
  /** Parts that the channels are cut into; each sees its own inputs alone. Default 1. */
  readonly groups?: number;
  /** `"NCHW"`, as PyTorch, or `"NHWC"`, as Keras. Default `"NCHW"`. */
  readonly layout?: Layout;
  /** Applied to the result, by name or as a function. Default `"linear"`. */
  readonly activation?: Activation;
  /** Add a bias. Default true. */
  readonly useBias?: boolean;
  /** First value of the weight. Default {@link glorotUniform}. */
  readonly kernelInitializer?: Initializer;
  /** First value of the bias. Default `constantInitializer(0)`. */
  readonly biasInitializer?: Initializer;
  /** Decides the first values. Default {@link nextKey}. */
  readonly key?: random.Key;
  /** Shown in summaries and errors. Default `"convolution2d"`. */
  readonly name?: string;
  /** Of the weight and bias, float32 or float64. Default float32. */
  readonly dtype?: D;
}

const optionNames: Record<keyof Convolution2dOptions, true> = {
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
  layout: true,
  activation: true,
  useBias: true,
  kernelInitializer: true,
  biasInitializer: true,
  key: true,
  name: true,
  dtype: true,
};

/** A batch of images with that many channels. */
export type ImageBatch<Layout, Channels extends number> = [Layout] extends ["NHWC"]
  ? [number, number, number, Channels]
  : [number, Channels, number, number];

/**
 * Convolution `y = activation(conv2d(x, W) + b)` of images with `filters` kernels of `kernelSize`:
 * `[batch, in, height, width] → [batch, filters, …]`, as `conv2d` of `@adjoint/ops` with the same options.
 * Parameters: `weight` `[filters, in / groups, kh, kw]`, with `layout: "NHWC"` `[kh, kw, in / groups, filters]`; `bias` `[filters]`.
 *
 * Weights start uniform in ±√(6 / (kh kw (in / groups + filters))) (Glorot and Bengio 2010), biases at 0. Throws `OptionError`, and
 * `ShapeError` when called with another number of channels.
 */
export function convolution2d<
  In extends number,
  Filters extends number,
  D extends DType = "float32",
  const Layout extends ImageLayout = "NCHW",
>(
  inChannels: In,
  filters: Filters,
  kernelSize: Pair,
  options: Convolution2dOptions<D, Layout> = {},
): Layer<ImageBatch<Layout, In>, ImageBatch<Layout, Filters>, NoInfer<D>> {
  checkOptions("convolution2d", options, optionNames);
  const {
    stride = 1,
    padding = 0,
    dilation = 1,
    groups = 1,
    layout = "NCHW" as ImageLayout,
    activation = "linear",
    useBias = true,
    kernelInitializer: givenKernel = glorotUniform(),
    biasInitializer: givenBias = constantInitializer(0),
    key = nextKey(),
    name = "convolution2d",
    dtype = "float32" as D,
  } = options;
  checkWhole(name, "inChannels", inChannels, 1);
  checkWhole(name, "filters", filters, 1);
  checkWhole(name, "groups", groups, 1);
  const window = checkPair(name, "kernelSize", kernelSize);
  checkLayout(name, layout);
  checkBoolean(name, "useBias", useBias);
  for (const [what, count] of Object.entries({ inChannels, filters })) {
    if (count % groups === 0) continue;
    throw new OptionError(name, `${what} is ${count}, which cannot be cut into ${groups} groups`);
  }
  if (dtype !== "float32" && dtype !== "float64")
    throw new OptionError(name, `dtype is ${dtype}; expected float32 or float64, which have gradients`);
  const activate = activationFunction(name, activation);
  const kernelInitializer = checkedInitializer(name, "kernelInitializer", givenKernel);
  const biasInitializer = checkedInitializer(name, "biasInitializer", givenBias);
  const [kernelKey, biasKey] = random.split(key);
  const kernel = kernelInitializer(kernelKey, [...window, inChannels / groups, filters], dtype);
  const weight = parameter(layout === "NCHW" ? (transpose(kernel, [3, 2, 0, 1]) as AnyTensor) : kernel);
  const bias = useBias ? parameter(biasInitializer(biasKey, [filters], dtype)) : undefined;

  function convolve(x: AnyTensor): AnyTensor {
    const given = { stride, padding, dilation, groups, layout, bias: bias as AnyTensor | undefined };
    return activate(conv2d(x, weight, given) as AnyTensor);
  }

  const traits = [window.join("×"), ...(activation === "linear" ? [] : [activationName(activation)])];
  return layer(bias === undefined ? { weight } : { weight, bias }, convolve as never, {
    name,
    describe: `${name} (${traits.join(", ")})`,
    inputShape: layout === "NCHW" ? [inChannels, -1, -1] : [-1, -1, inChannels],
  }) as never;
}
