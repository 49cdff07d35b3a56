import { dataset } from "@adjoint/data";
import {
  type AnyTensor,
  compile,
  type DType,
  type DTypeOf,
  describeValue,
  OptionError,
  type Shape,
  ShapeError,
  type ShapeOf,
  type Tensor,
  type TypedArray,
  tensor,
} from "@adjoint/tensor";
import type { AnyLayer, Layer } from "../layer.ts";
import type { LayerDType, LayerOutput } from "../layer-types.ts";
import { checkOptions, checkWhole } from "../options.ts";
import { type SummaryOptions, summary } from "../summary.ts";
import { breathe } from "./breathe.ts";
import type { Logs } from "./callback.ts";
import { checkData, type Data, type InputFor, labelled } from "./data.ts";
import { type EvaluateOptions, evaluateOn, type FitOptions, fit, type History } from "./fit.ts";
import { prepareTraining, type TrainingOptions, type TrainingSetup } from "./setup.ts";

/** A layer, or a function of tensors without parameters. */
type AnyFunction = (x: never) => AnyTensor;

/** The tensor that `predict` gives for `x`. */
type Prediction<In extends Shape, Out extends Shape, D extends DType, KeepsBatch extends boolean, X> = Tensor<
  LayerOutput<In, Out, X extends AnyTensor ? ShapeOf<X> : Shape, KeepsBatch>,
  LayerDType<D, X extends AnyTensor ? DTypeOf<X> : "float32">
>;

/** A layer that can be trained and asked the way Keras users know it. */
export interface Model<
  In extends Shape = Shape,
  Out extends Shape = Shape,
  D extends DType = "float32",
  KeepsBatch extends boolean = true,
> extends Layer<In, Out, D, KeepsBatch> {
  /** The layers and functions it applies one after the other; itself alone, if it is not made of such. */
  readonly layers: readonly AnyFunction[];
  /** Says how the model is trained. Steps are compiled when they are first run, once for each shape of batch. */
  compile(options: TrainingOptions): void;
  /**
   * Trains: in each epoch every row once, in batches. Each step is one program: forward, loss, gradients, update and metrics.
   * Returns the loss and metrics of each epoch, means over its rows as the parameters changed.
   *
   * Inputs keep their dtype: uint8 pixels reach the first layer as uint8, 0 to 255, and are not scaled; begin the model
   * with a function such as `(x) => div(x, 255)`. The same seed gives the same bits. A step that throws changes no
   * parameter. Throws `OptionError` before `compile` was called, `ShapeError` when the rows do not fit.
   */
  fit<X extends Data>(x: X & InputFor<In, X>, y: Data, options?: FitOptions): Promise<History>;
  /** The loss and metrics over all rows, in inference: `{ loss, accuracy }`. Throws as {@link Model.fit}. */
  evaluate<X extends Data>(x: X & InputFor<In, X>, y: Data, options?: EvaluateOptions): Promise<Logs>;
  /** The outputs for all rows, in inference and in batches. Throws `ShapeError`. */
  predict<X extends Data>(
    x: X & InputFor<In, X>,
    options?: EvaluateOptions,
  ): Promise<Prediction<In, Out, D, KeepsBatch, X>>;
  /** Prints the layers, their output shapes and how many parameters they have, and returns the text. */
  summary(options?: SummaryOptions): string;
}

const evaluateOptionNames: Record<keyof EvaluateOptions, true> = { batchSize: true };

function batchSizeOf(op: string, options: EvaluateOptions): number {
  checkOptions(op, options, evaluateOptionNames);
  const { batchSize = 32 } = options;
  checkWhole(op, "batchSize", batchSize, 1);
  return batchSize;
}

/**
 * Gives a layer of one's own what models have: `compile`, `fit`, `evaluate`, `predict` and `summary`. What `sequential`
 * returns has them already. It is the same function with the same parameters, not a copy.
 */
export function model<In extends Shape, Out extends Shape, D extends DType, KeepsBatch extends boolean>(
  layer: Layer<In, Out, D, KeepsBatch>,
): Model<In, Out, D, KeepsBatch> {
  if (typeof layer !== "function" || !("stateDict" in layer)) {
    const wayOut =
      typeof layer === "function" ? "; make one of a function and its state with layer({ weight }, fn)" : "";
    throw new OptionError("model", `the layer is ${describeValue(layer)}; expected a layer${wayOut}`);
  }
  if ("predict" in layer) return layer as unknown as Model<In, Out, D, KeepsBatch>;
  return modelOf(layer, [layer as unknown as AnyLayer]);
}

/** {@link model} of a layer that applies `layers` one after the other. */
export function modelOf<In extends Shape, Out extends Shape, D extends DType, KeepsBatch extends boolean>(
  layer: Layer<In, Out, D, KeepsBatch>,
  layers: readonly AnyFunction[],
): Model<In, Out, D, KeepsBatch> {
  const base = layer as unknown as AnyLayer;
  const call = layer as unknown as (x: AnyTensor) => AnyTensor;
  const predictStep = compile(call, { training: false });
  let setup: TrainingSetup | undefined;

  function setupFor(op: string): TrainingSetup {
    if (setup !== undefined) return setup;
    throw new OptionError(op, "the model is not compiled; call model.compile({ optimizer, loss }) first");
  }

  async function predict(x: Data, options: EvaluateOptions = {}): Promise<AnyTensor> {
    const batchSize = batchSizeOf("predict", options);
    checkData("predict", "x", x);
    const rows = dataset(x);
    const parts: AnyTensor[] = [];
    for (const batch of rows.batches({ batchSize })) {
      parts.push(predictStep(batch as AnyTensor));
      await breathe();
    }
    if (parts.length === 0) throw new ShapeError("predict", "the data has no rows");
    return joinRows(parts);
  }

  const properties = {
    layers,
    compile(options: TrainingOptions) {
      setup = prepareTraining(base, options);
    },
    async fit(x: Data, y: Data, options: FitOptions = {}) {
      return fit(base, setupFor("fit"), x, y, options);
    },
    async evaluate(x: Data, y: Data, options: EvaluateOptions = {}) {
      return evaluateOn(setupFor("evaluate"), labelled("evaluate", x, y), batchSizeOf("evaluate", options));
    },
    predict,
    summary: (options: SummaryOptions = {}) => summary(base, options),
  };
  const descriptors = Object.entries(properties).map(([name, value]) => [name, { value, enumerable: true }]);
  return Object.defineProperties(layer, Object.fromEntries(descriptors)) as unknown as Model<
    In,
    Out,
    D,
    KeepsBatch
  >;
}

/** Batches of outputs as one tensor. */
async function joinRows(parts: readonly AnyTensor[]): Promise<AnyTensor> {
  const [{ shape, dtype }] = parts;
  const values = await Promise.all(parts.map((part) => part.data()));
  const size = values.reduce((sum, { length }) => sum + length, 0);
  const joined = new (values[0].constructor as new (size: number) => TypedArray)(size);
  let offset = 0;
  for (const one of values) {
    joined.set(one, offset);
    offset += one.length;
  }
  const rows = parts.reduce((sum, part) => sum + part.shape[0], 0);
  return tensor(joined, [rows, ...shape.slice(1)], { dtype });
}
