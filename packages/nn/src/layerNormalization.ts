import { layerNorm } from "@adjoint/ops";
import {
  type AnyTensor,
  type DType,
  type Normalise,
  OptionError,
  ones,
  parameter,
  type Shape,
  zeros,
} from "@adjoint/tensor";
import { type Layer, layer } from "./layer.ts";
import { checkOptions, checkWhole } from "./options.ts";

/** Options of {@link layerNormalization}. */
export interface LayerNormalizationOptions<D extends DType = "float32"> {
  /** Added to the variance. Default 1e-5, as PyTorch; Keras has 1e-3. */
  readonly epsilon?: number;
  /** Multiply by a weight for each feature. Default true. */
  readonly useScale?: boolean;
  /** Add a bias for each feature. Default true. */
  readonly useBias?: boolean;
  /** Shown in summaries and errors. Default `"layerNormalization"`. */
  readonly name?: string;
  /** Of the weight and bias, float32 or float64. Default float32. */
  readonly dtype?: D;
}

const optionNames: Record<keyof LayerNormalizationOptions, true> = {
  epsilon: true,
  useScale: true,
  useBias: true,
  name: true,
  dtype: true,
};

type Features<F extends number | Shape> = F extends number
  ? [number, F]
  : F extends Shape
    ? [number, ...Normalise<F>]
    : never;

/**
 * Layer normalisation `y = (x − mean) / √(variance + ε) · weight + bias` of each row's features, one axis or several:
 * `[batch, features] → [batch, features]`, with any number of batch axes, as `layerNorm` of `@adjoint/ops`.
 * Parameters: `weight`, which starts at 1, and `bias`, which starts at 0, of the features' shape.
 * Throws `OptionError`, and `ShapeError` when called with other features.
 */
export function layerNormalization<const F extends number | Shape, D extends DType = "float32">(
  features: F,
  options: LayerNormalizationOptions<D> = {},
): Layer<Features<F>, Features<F>, NoInfer<D>> {
  checkOptions("layerNormalization", options, optionNames);
  const {
    epsilon = 1e-5,
    useScale = true,
    useBias = true,
    name = "layerNormalization",
    dtype = "float32" as D,
  } = options;
  const shape: number[] = typeof features === "number" ? [features] : [...(features as Shape)];
  if (shape.length === 0) throw new OptionError(name, "features is []; expected at least one axis");
  for (const dimension of shape) checkWhole(name, "features", dimension, 1);
  if (dtype !== "float32" && dtype !== "float64")
    throw new OptionError(name, `dtype is ${dtype}; expected float32 or float64, which have gradients`);
  const weight = useScale ? parameter(ones(shape, { dtype }) as AnyTensor) : undefined;
  const bias = useBias ? parameter(zeros(shape, { dtype }) as AnyTensor) : undefined;
  const axis = shape.map((_, i) => i - shape.length);

  function normalise(x: AnyTensor): AnyTensor {
    return layerNorm(x, weight as AnyTensor, bias as AnyTensor, { axis, epsilon }) as AnyTensor;
  }

  return layer(
    { ...(weight === undefined ? {} : { weight }), ...(bias === undefined ? {} : { bias }) },
    normalise as never,
    { name, inputShape: shape },
  ) as never;
}
