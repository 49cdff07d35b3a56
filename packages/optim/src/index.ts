export { type AdagradHyperparameters, type AdagradOptions, adagrad } from "./adagrad.ts";
export { type AdamHyperparameters, type AdamOptions, adam } from "./adam.ts";
export { adamw } from "./adamw.ts";
export { clipByGlobalNorm, globalNorm } from "./clipByGlobalNorm.ts";
export { clipByValue } from "./clipByValue.ts";
export { constant } from "./constant.ts";
export { type CosineDecayOptions, cosineDecay } from "./cosineDecay.ts";
export { type ExponentialDecayOptions, exponentialDecay } from "./exponentialDecay.ts";
export { type LinearWarmupOptions, linearWarmup } from "./linearWarmup.ts";
export {
  type Algorithm,
  type Optimizer,
  type OptimizerOptions,
  type OptimizerParameters,
  optimizer,
  type ParameterGroup,
  type ScalarLoss,
  type StepContext,
} from "./optimizer.ts";
export type { Range } from "./options.ts";
export { type PiecewiseConstantOptions, piecewiseConstant } from "./piecewiseConstant.ts";
export { type RmspropHyperparameters, type RmspropOptions, rmsprop } from "./rmsprop.ts";
export { type LearningRate, type Scalar, type Schedule, schedule } from "./schedule.ts";
export { type SgdHyperparameters, type SgdOptions, sgd } from "./sgd.ts";
export { type StepDecayOptions, stepDecay } from "./stepDecay.ts";
