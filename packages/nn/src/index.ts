export { type Activation, type ActivationFunction, type ActivationName, activation } from "./activation.ts";
export { averagePooling2d } from "./averagePooling2d.ts";
export { type Convolution2dOptions, convolution2d } from "./convolution2d.ts";
export { type DenseOptions, dense } from "./dense.ts";
export { type DropoutOptions, dropout } from "./dropout.ts";
export { type FlattenLayer, flatten } from "./flatten.ts";
export { constantInitializer } from "./initializers/constantInitializer.ts";
export { glorotNormal, glorotUniform } from "./initializers/glorot.ts";
export { heNormal, heUniform } from "./initializers/he.ts";
export type { Initializer } from "./initializers/initializer.ts";
export { lecunNormal, lecunUniform } from "./initializers/lecun.ts";
export { type OrthogonalOptions, orthogonal } from "./initializers/orthogonal.ts";
export { type TruncatedNormalOptions, truncatedNormal } from "./initializers/truncatedNormal.ts";
export {
  type AnyLayer,
  type Layer,
  type LayerOptions,
  type LayerProperties,
  layer,
  type SameShapeLayer,
} from "./layer.ts";
export { type LayerNormalizationOptions, layerNormalization } from "./layerNormalization.ts";
export {
  type BinaryCrossentropyOptions,
  binaryCrossentropy,
  binaryCrossentropyOp,
} from "./losses/binaryCrossentropy.ts";
export {
  type CategoricalCrossentropyOptions,
  categoricalCrossentropy,
  categoricalCrossentropyOp,
} from "./losses/categoricalCrossentropy.ts";
export { crossEntropyTermOp } from "./losses/crossEntropyTerm.ts";
export { type HuberOptions, huber, huberOp } from "./losses/huber.ts";
export { klDivergence, klTermOp } from "./losses/klDivergence.ts";
export type {
  ClassLoss,
  ElementLoss,
  LossOptions,
  LossParts,
  Reduction,
  SparseLoss,
} from "./losses/loss-types.ts";
export { lossRules } from "./losses/lossRules.ts";
export { meanAbsoluteError } from "./losses/meanAbsoluteError.ts";
export { meanSquaredError } from "./losses/meanSquaredError.ts";
export {
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy,
  sparseCategoricalCrossentropyOp,
} from "./losses/sparseCategoricalCrossentropy.ts";
export { maxPooling2d } from "./maxPooling2d.ts";
export {
  accuracy,
  categoricalAccuracy,
  type SparseCategoricalAccuracyOptions,
  sparseCategoricalAccuracy,
} from "./metrics/accuracy.ts";
export { binaryAccuracy, type ThresholdOptions } from "./metrics/binaryAccuracy.ts";
export { confusionMatrix } from "./metrics/confusionMatrix.ts";
export { type AnyMetric, type Metric, type MetricDefinition, metric } from "./metrics/metric.ts";
export {
  type Average,
  f1,
  type PrecisionRecallOptions,
  precision,
  recall,
} from "./metrics/precisionRecall.ts";
export { topKAccuracy } from "./metrics/topKAccuracy.ts";
export type { PoolingLayer } from "./pooling-layer.ts";
export { nextKey, setSeed } from "./seed.ts";
export { type Sequential, sequential } from "./sequential.ts";
export { type LoadableState, type StateDict, StateDictError } from "./state.ts";
export { type SummaryOptions, summary } from "./summary.ts";
export type { Callback, Logs, Training } from "./training/callback.ts";
export type { Data } from "./training/data.ts";
export { type EarlyStopping, type EarlyStoppingOptions, earlyStopping } from "./training/earlyStopping.ts";
export type { EvaluateOptions, FitOptions, History } from "./training/fit.ts";
export { learningRateScheduler } from "./training/learningRateScheduler.ts";
export { type LoggingOptions, logging } from "./training/logging.ts";
export { type Model, model } from "./training/model.ts";
export type { LossFunction, MetricFunction, TrainingOptions } from "./training/setup.ts";
export { setWarningHandler, type WarningHandler } from "./warning.ts";
