import {
  type AnyParameter,
  type AnyTensor,
  type Checked,
  type DType,
  type DTypeOf,
  describeValue,
  OptionError,
  type Shape,
  ShapeError,
  type ShapeOf,
  shapeText,
  Tensor,
} from "@adjoint/tensor";
import type { LayerDType, LayerInput, LayerOutput } from "./layer-types.ts";
import { checkOptions } from "./options.ts";
import {
  type LoadableState,
  namedParameters,
  readState,
  type State,
  type StateDict,
  type Stateful,
  writeState,
} from "./state.ts";

declare const types: unique symbol;

/** What every layer has beside being a function. */
export interface LayerProperties extends Stateful {
  /** What kind of layer it is: `"dense"`. */
  readonly name: string;
  /** The shape it takes, without the batch axis, −1 for a dimension that may be any; undefined if it takes any shape. */
  readonly inputShape: Shape | undefined;
  /** The layer in a few words, for summaries. */
  describe(): string;
  /** The trainable parameters, named by their place: `"0.weight"`. */
  parameters(): AnyParameter[];
  /** The value of every parameter by name, trainable or not. It is a snapshot: later training does not change it. */
  stateDict(): StateDict;
  /**
   * Gives every parameter the value of its name: all, or none if the dictionary does not fit. Takes what {@link stateDict}
   * gives, and what readers of files give: `decodeSafetensors(bytes).tensors`.
   * Throws {@link StateDictError} that lists what is missing, unexpected, and of another shape or dtype.
   */
  loadStateDict(dictionary: LoadableState): void;
}

/**
 * A function from tensor to tensor that owns parameters. `Layer<[number, 784], [number, 25]>` maps `[batch, 784]` to
 * `[batch, 25]`, where the leading `number` is the batch, of one axis or more: `[32, 784]` gives `[32, 25]`.
 * `D` is the dtype of its parameters. `KeepsBatch` is `boolean` if the leading `number` of what it gives may be another one.
 */
export interface Layer<
  In extends Shape = Shape,
  Out extends Shape = Shape,
  D extends DType = "float32",
  KeepsBatch extends boolean = true,
> extends LayerProperties {
  <X extends AnyTensor>(
    x: X & Checked<LayerInput<In, ShapeOf<X>>>,
  ): Tensor<LayerOutput<In, Out, ShapeOf<X>, KeepsBatch>, LayerDType<D, DTypeOf<X>>>;
  /** Only in types: what the layer takes and gives. */
  readonly [types]: {
    readonly input: In;
    readonly output: Out;
    readonly dtype: D;
    readonly keepsBatch: KeepsBatch;
  };
}

/** A layer that changes no shape: dropout, an activation. */
export interface SameShapeLayer extends LayerProperties {
  <S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, LayerDType<"float32", D>>;
}

/** A layer of any shapes, where it is only passed on. */
export interface AnyLayer extends LayerProperties {
  (x: never): AnyTensor;
}

/** What {@link layer} takes beside the state and the function. */
export interface LayerOptions {
  /** The kind of layer, shown in summaries and errors; by default the function's own name, or `"layer"`. */
  readonly name?: string;
  /** The layer in a few words, for summaries; by default its name. */
  readonly describe?: string;
  /**
   * The shape it takes, without the batch axis, −1 for a dimension that may be any: checked at each call, and the start of a
   * summary.
   */
  readonly inputShape?: Shape;
}

const optionNames: Record<keyof LayerOptions, true> = { name: true, describe: true, inputShape: true };

/** `[batch, 3, any, any]` of the shape that a layer takes. */
export function batchText(inputShape: Shape): string {
  return `[${["batch", ...inputShape.map((dimension) => (dimension === -1 ? "any" : dimension))].join(", ")}]`;
}

/** How `shape` fails to be a batch of `inputShape`; undefined if it is one. */
export function misfit(shape: Shape, inputShape: Shape): string | undefined {
  const expected = batchText(inputShape);
  if (shape.length <= inputShape.length) {
    const wayOut = shape.length === inputShape.length ? `; reshape it to ${shapeText([1, ...shape])}` : "";
    return `${shapeText(shape)} has no batch axis; expected ${expected}${wayOut}`;
  }
  const features = shape.slice(shape.length - inputShape.length);
  if (inputShape.every((dimension, axis) => dimension === -1 || dimension === features[axis]))
    return undefined;
  return inputShape.length === 1
    ? `${shapeText(shape)} has ${features[0]} features; expected ${inputShape[0]} features`
    : `${shapeText(shape)} does not fit ${expected}`;
}

/**
 * A layer made of a function and the state it uses. The state is a plain tree: parameters and other layers, in arrays and
 * objects, whose keys become the parameters' names. One's own layer in five lines:
 *
 * ```ts
 * function scale(size: number) {
 *   const factor = parameter(ones([size]));
 *   return layer({ factor }, (x: Tensor<[number, number]>) => mul(x, factor), { name: "scale" });
 * }
 * ```
 *
 * A leading `number` in the function's parameter is the batch. One that is known at the call stays known if the function's
 * type says that it keeps it: `<Batch extends number>(x: Tensor<[Batch, 2]>) => … as Tensor<[Batch, 2]>`. Throws
 * `OptionError` when the state holds something that is neither.
 */
export function layer(
  state: State,
  fn: <S extends Shape>(x: Tensor<S>) => Tensor<S>,
  options?: LayerOptions,
): SameShapeLayer;
export function layer<In extends Shape, Out extends Shape, D extends DType, Given extends DType>(
  state: State,
  fn: <Batch extends number>(x: Tensor<[Batch, ...In], Given>) => Tensor<[Batch, ...Out], D>,
  options?: LayerOptions,
): Layer<[number, ...In], [number, ...Out], D>;
export function layer<In extends Shape, Out extends Shape, D extends DType, Given extends DType>(
  state: State,
  fn: (x: Tensor<In, Given>) => Tensor<Out, D>,
  options?: LayerOptions,
): Layer<In, Out, D, boolean>;
export function layer(state: State, fn: (x: never) => AnyTensor, options: LayerOptions = {}): AnyLayer {
  if (typeof fn !== "function") {
    throw new OptionError(
      "layer",
      `the function is ${describeValue(fn)}; expected one of a tensor, after the state: layer({ weight }, (x) => mul(x, weight))`,
    );
  }
  checkOptions("layer", options, optionNames);
  const { name = fn.name || "layer", inputShape, describe = name } = options;
  const parameters = namedParameters(name, state);
  for (const [parameter, path] of parameters) parameter.name = path;

  function call(x: AnyTensor): AnyTensor {
    if (!(x instanceof Tensor)) {
      throw new OptionError(
        name,
        `the input is ${describeValue(x)}; expected a tensor, as tensor([[1, 2]]) makes`,
      );
    }
    const problem = inputShape && misfit(x.shape, inputShape);
    if (problem !== undefined) throw new ShapeError(name, problem);
    return fn(x as never);
  }

  const properties: LayerProperties = {
    name,
    state,
    inputShape,
    describe: () => describe,
    parameters: () => [...parameters.keys()].filter(({ trainable }) => trainable),
    stateDict: () => readState(parameters),
    loadStateDict: (dictionary) => {
      writeState(`${name}.loadStateDict`, parameters, dictionary);
    },
  };
  const descriptors = Object.entries(properties).map(([key, value]) => [key, { value, enumerable: true }]);
  return Object.defineProperties(call, Object.fromEntries(descriptors)) as unknown as AnyLayer;
}
