import {
  type AlongOptions,
  type AnyTensor,
  add,
  type Beside,
  type BinaryDType,
  type Checked,
  checkOptionNames,
  type DimensionsAt,
  type FloatOf,
  type HasAxis,
  mul,
  normalizeAxis,
  type OptionOf,
  type Result,
  reshape,
  ShapeError,
  type ShapeOf,
  shapeText,
  type Tensor,
} from "@adjoint/tensor";
import { layerNorm } from "./layerNorm.ts";

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** The axis of the channels, each of which is normalised by itself; negative counts from the end. Default 1, as in NCHW. */
  readonly axis?: number | undefined;
  /** Added to the variance. Default 1e-5, as PyTorch; Keras has 1e-3. */
  readonly epsilon?: number | undefined;
}

const optionNames: Record<keyof BatchNormOptions, true> = { axis: true, epsilon: true };

/**
 * Batch normalisation with the statistics of the batch itself, as in training (Ioffe and Szegedy 2015):
 * `(x − mean) / √(variance + ε) · scale + offset`, where mean and variance are those of a channel over all other axes.
 * Scale and offset are `[channels]`; without them x is only normalised. Keeps the shape; integers and bool give float32.
 *
 * Gradient and numerics: those of {@link layerNorm}. Throws {@link ShapeError} and `OptionError`.
 */
export function batchNorm<
  X extends AnyTensor,
  Scale extends AnyTensor | undefined = undefined,
  Offset extends AnyTensor | undefined = undefined,
  const Axis extends number | undefined = 1,
  Given = object,
>(
  x: X,
  scale?: Scale &
    Checked<
      Beside<
        "batchNorm",
        "scale",
        Scale,
        DimensionsAt<"batchNorm", ShapeOf<X>, OptionOf<Given, "axis", Axis>, 1>
      >
    >,
  offset?: Offset &
    Checked<
      Beside<
        "batchNorm",
        "offset",
        Offset,
        DimensionsAt<"batchNorm", ShapeOf<X>, OptionOf<Given, "axis", Axis>, 1>
      >
    >,
  options: BatchNormOptions &
    AlongOptions<Axis, Given> &
    Checked<HasAxis<"batchNorm", ShapeOf<X>, OptionOf<Given, "axis", Axis>>> = {} as never,
): Tensor<
  Result<HasAxis<"batchNorm", ShapeOf<X>, OptionOf<Given, "axis", Axis>>>,
  FloatOf<BinaryDType<Tensor<[], BinaryDType<X, Scale>>, Offset>>
> {
  checkOptionNames("batchNorm", options, Object.keys(optionNames));
  const { axis: given = 1, epsilon = 1e-5 } = options as BatchNormOptions;
  const axis = normalizeAxis("batchNorm", given, x.shape);
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const channels = x.shape[axis];
  const kept = x.shape.map((_, i) => (i === axis ? channels : 1));

  function ofChannels(name: string, values: AnyTensor): AnyTensor {
    if (values.rank === 1 && values.shape[0] === channels) return reshape(values, kept);
    throw new ShapeError(
      "batchNorm",
      `${name} ${shapeText(values.shape)}; expected [${channels}], the channels of ${shapeText(x.shape)} at axis ${axis}`,
    );
  }

  const normalised = layerNorm(x as AnyTensor, undefined, undefined, { axis: others, epsilon }) as AnyTensor;
  const scaled: AnyTensor = scale === undefined ? normalised : mul(normalised, ofChannels("scale", scale));
  return (offset === undefined ? scaled : add(scaled, ofChannels("offset", offset))) as never;
}
