export { type Activation, type ActivationFunction, type ActivationName, activation } from "./activation.ts";
export { type DenseOptions, dense } from "./dense.ts";
export { constantInitializer } from "./initializers/constantInitializer.ts";
export { glorotNormal, glorotUniform } from "./initializers/glorot.ts";
export { heNormal, heUniform } from "./initializers/he.ts";
export type { Initializer } from "./initializers/initializer.ts";
export { lecunNormal, lecunUniform } from "./initializers/lecun.ts";
export { type OrthogonalOptions, orthogonal } from "./initializers/orthogonal.ts";
export { type TruncatedNormalOptions, truncatedNormal } from "./initializers/truncatedNormal.ts";
export { type AnyLayer, type Layer, type LayerOptions, layer, type SameShapeLayer } from "./layer.ts";
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
export type { ClassLoss, ElementLoss, LossOptions, Reduction, SparseLoss } from "./losses/loss-types.ts";
export { meanAbsoluteError } from "./losses/meanAbsoluteError.ts";
export { meanSquaredError } from "./losses/meanSquaredError.ts";
export {
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy,
  sparseCategoricalCrossentropyOp,
} from "./losses/sparseCategoricalCrossentropy.ts";
export { nextKey, setSeed } from "./seed.ts";
export { type Sequential, sequential } from "./sequential.ts";
export { type StateDict, StateDictError } from "./state.ts";
export { setWarningHandler, type WarningHandler } from "./warning.ts";
