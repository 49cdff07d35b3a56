import {
  type AnyTensor,
  argmax,
  binaryCrossentropy,
  cast,
  dense,
  div,
  dropout,
  equal,
  greater,
  type Key,
  type Layer,
  random,
  type Shape,
  sequential,
  sigmoid,
  softmax,
  sparseCategoricalCrossentropy,
  type Tensor,
} from "adjoint";
import { CommandError } from "./errors.ts";

/** What a net is made of: enough to build it again and to check a file of weights against it. */
export interface NetworkOptions {
  readonly pixels: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** The digit to tell from all others by one output; undefined for ten outputs. */
  readonly binary: number | undefined;
  readonly dropout: number;
}

/** The hidden layers' activations by name. */
export const activations = ["relu", "sigmoid", "tanh", "gelu", "silu", "elu", "softplus"] as const;
export type Activation = (typeof activations)[number];

/** The digits' classifier: pixels in, logits out. */
export interface Network extends NetworkOptions {
  /** Logits `[batch, 10]`, or `[batch]` of a binary net, of pixels 0 to 255. */
  readonly logits: (pixels: Tensor<Shape, "uint8">) => Tensor;
  readonly model: Layer<[number, number], [number, number]>;
}

/** The sizes of the layers, from the pixels to the outputs. */
export function layersOf({ pixels, hidden, binary }: NetworkOptions): readonly number[] {
  return [pixels, ...hidden, binary === undefined ? 10 : 1];
}

/** How many weights the net has, without building it. */
export function countWeights(options: NetworkOptions): number {
  const sizes = layersOf(options);
  return sizes.slice(1).reduce((count, size, i) => count + (sizes[i] + 1) * size, 0);
}

/** Builds a net with first weights from `seed`. */
export function buildNetwork(options: NetworkOptions, seed: number): Network {
  const sizes = layersOf(options);
  const keys = random.split(random.key(seed), 2 * sizes.length) as readonly Key[];
  const layers = sizes.slice(1).flatMap((size, i) => {
    const isLast = i === sizes.length - 2;
    const affine = dense(sizes[i], size, {
      key: keys[2 * i],
      ...(isLast ? {} : { activation: options.activation }),
    });
    return isLast || options.dropout === 0
      ? [affine]
      : [affine, dropout(options.dropout, { key: keys[2 * i + 1] })];
  });
  const model = sequential(...layers) as unknown as Network["model"];
  const logits = (pixels: Tensor<Shape, "uint8">): Tensor => {
    const z = model(div(cast(pixels, "float32"), 255) as Tensor<[number, number]>);
    return (options.binary === undefined ? z : z.reshape([-1])) as Tensor;
  };
  return { ...options, logits, model };
}

/** Throws {@link CommandError} unless the net of the file `path` takes so many pixels; `digits` is what has them, as the message says it. */
export function checkPixels(
  path: string,
  network: Network,
  pixels: number,
  digits = "the digits have",
): void {
  if (network.pixels === pixels) return;
  throw new CommandError(`${path}: the net takes ${network.pixels} pixels, and ${digits} ${pixels}`, 1);
}

/** What the net is trained to lower. */
export interface LossOptions {
  /** Compute the loss from logits, or, to see what that loses, from probabilities. */
  readonly from: "logits" | "probabilities";
  readonly labelSmoothing: number;
}

/** Mean cross-entropy of a batch. */
export function lossOf(
  network: Network,
  logits: Tensor,
  labels: Tensor<Shape, "uint8">,
  { from, labelSmoothing }: LossOptions,
): Tensor<[]> {
  const fromLogits = from === "logits";
  if (network.binary === undefined) {
    const given = fromLogits ? logits : softmax(logits);
    return sparseCategoricalCrossentropy(given, labels, { fromLogits, labelSmoothing }) as Tensor<[]>;
  }
  const targets = cast(equal(labels, network.binary) as AnyTensor, "float32");
  return binaryCrossentropy(fromLogits ? logits : sigmoid(logits), targets, {
    fromLogits,
    labelSmoothing,
  }) as Tensor<[]>;
}

/** Is each row classified as its label says? bool `[batch]`. */
export function isRight(
  network: Network,
  logits: Tensor,
  labels: Tensor<Shape, "uint8">,
): Tensor<Shape, "bool"> {
  if (network.binary === undefined)
    return equal(argmax(logits, { axis: -1 }), labels as AnyTensor) as Tensor<Shape, "bool">;
  return equal(greater(logits, 0), equal(labels, network.binary) as AnyTensor) as Tensor<Shape, "bool">;
}
