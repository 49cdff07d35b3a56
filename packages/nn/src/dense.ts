import {
  type AnyTensor,
  add,
  type DType,
  matmul,
  OptionError,
  parameter,
  random,
  type Tensor,
} from "@adjoint/tensor";
import { type Activation, activationFunction, activationName } from "./activation.ts";
import { checkedInitializer } from "./initializers/checkedInitializer.ts";
import { constantInitializer } from "./initializers/constantInitializer.ts";
import { glorotUniform } from "./initializers/glorot.ts";
import type { Initializer } from "./initializers/initializer.ts";
import { type Layer, layer } from "./layer.ts";
import { checkBoolean, checkOptions, checkWhole } from "./options.ts";
import { nextKey } from "./seed.ts";

/** Options of {@link dense}. */
export interface DenseOptions<D extends DType = "float32"> {
  /** Applied to the result, by name or as a function. Default `"linear"`: the result as it is, logits. */
  readonly activation?: Activation;
  /** Add a bias. Default true. */
  readonly useBias?: boolean;
  /** First value of the weight. Default {@link glorotUniform}. */
  readonly kernelInitializer?: Initializer;
  /** First value of the bias. Default `constantInitializer(0)`. */
  readonly biasInitializer?: Initializer;
  /** Decides the first values. Default {@link nextKey}. */
  readonly key?: random.Key;
  /** Shown in summaries and errors. Default `"dense"`. */
  readonly name?: string;
  /** Of the weight and bias, float32 or float64. Default float32. */
  readonly dtype?: D;
}

const optionNames: Record<keyof DenseOptions, true> = {
  activation: true,
  useBias: true,
  kernelInitializer: true,
  biasInitializer: true,
  key: true,
  name: true,
  dtype: true,
};

/**
 * Affine map `y = activation(x W + b)`: `[batch, in] → [batch, out]`, with any number of batch axes. Without an activation
 * the output layer is linear: logits. Parameters: `weight` `[in, out]`, `bias` `[out]`.
 *
 * Weights start uniform in ±√(6 / (in + out)) (Glorot and Bengio 2010), biases at 0. Integer inputs, such as uint8
 * pixels, are cast to the weights' dtype and not scaled. Throws `OptionError`, and `ShapeError` when called with another
 * number of features.
 */
export function dense<In extends number, Out extends number, D extends DType = "float32">(
  inFeatures: In,
  outFeatures: Out,
  options: DenseOptions<D> = {},
  // In a chain, whose items may have any dtype, the options alone decide which this is.
): Layer<[number, In], [number, Out], NoInfer<D>> {
  checkOptions("dense", options, optionNames);
  const {
    activation = "linear",
    useBias = true,
    kernelInitializer: givenKernel = glorotUniform(),
    biasInitializer: givenBias = constantInitializer(0),
    key = nextKey(),
    name = "dense",
    dtype = "float32" as D,
  } = options;
  checkWhole(name, "inFeatures", inFeatures, 1);
  checkWhole(name, "outFeatures", outFeatures, 1);
  checkBoolean(name, "useBias", useBias);
  if (dtype !== "float32" && dtype !== "float64")
    throw new OptionError(name, `dtype is ${dtype}; expected float32 or float64, which have gradients`);
  const activate = activationFunction(name, activation);
  const kernelInitializer = checkedInitializer(name, "kernelInitializer", givenKernel);
  const biasInitializer = checkedInitializer(name, "biasInitializer", givenBias);
  const [kernelKey, biasKey] = random.split(key);
  const weight = parameter(kernelInitializer(kernelKey, [inFeatures, outFeatures], dtype));
  const bias = useBias ? parameter(biasInitializer(biasKey, [outFeatures], dtype)) : undefined;

  function affine(x: AnyTensor): AnyTensor {
    const product = matmul(x, weight);
    return activate(bias === undefined ? product : add(product, bias));
  }

  const suffix = activation === "linear" ? "" : ` (${activationName(activation)})`;
  return layer(
    bias === undefined ? { weight } : { weight, bias },
    affine as unknown as <Batch extends number>(x: Tensor<[Batch, In]>) => Tensor<[Batch, Out], D>,
    { name, describe: `${name}${suffix}`, inputShape: [inFeatures] },
  );
}
