export { type AdamHyperparameters, type AdamOptions, adam } from "./adam.ts";
export { adamw } from "./adamw.ts";
export { clipByGlobalNorm, globalNorm } from "./clipByGlobalNorm.ts";
export { clipByValue } from "./clipByValue.ts";
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
export { type LearningRate, type Scalar, type Schedule, schedule } from "./schedule.ts";
export { type SgdHyperparameters, type SgdOptions, sgd } from "./sgd.ts";
