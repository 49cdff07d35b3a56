export {
  arange,
  type CreateOptions,
  eye,
  full,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./api/create.ts";
export { erfinv, erfinvOp } from "./api/erfinv.ts";
export { installMethods } from "./api/methods.ts";
export type { Key } from "./api/random.ts";
export * as random from "./api/random.ts";
export { type StoredArray, storedTensor } from "./api/storedTensor.ts";
export { checkpoint } from "./autodiff/checkpoint.ts";
export { type CustomGradientContext, customGradient } from "./autodiff/customGradient.ts";
export { type GradOptions, grad, gradients, valueAndGrad } from "./autodiff/grad.ts";
export { hessian, jacobian } from "./autodiff/jacobian.ts";
export { jvp } from "./autodiff/jvp.ts";
export { parameterLeaves } from "./autodiff/pullback.ts";
export { stopGradient, stopGradientOp } from "./autodiff/stopGradient.ts";
export { vjp } from "./autodiff/vjp.ts";
// By way of that entry point, so that what both share stands in its file and not in a third (scripts/bundle.mjs).
export { lowerGraph } from "./engine.ts";
export { apply, type Operand } from "./graph/apply.ts";
export { describeValue } from "./graph/describeValue.ts";
export { isFloat, type TypedArray, type TypedArrays } from "./graph/dtype.ts";
export {
  DTypeError,
  GraphError,
  IndexError,
  type NumericsDetails,
  NumericsError,
  OptionError,
  ShapeError,
} from "./graph/errors.ts";
export { type HistoryLimit, setHistoryLimit } from "./graph/history.ts";
export {
  type Accepts,
  type Attributes,
  type AttributeValue,
  type CompositeDefinition,
  composite,
  type Match,
  type Op,
  type OpDefinition,
  type Replacement,
  type Values,
  type VjpContext,
  type VjpRule,
} from "./graph/op.ts";
export { axisOptionNames, checkOptionNames, nearestName, reduceOptionNames } from "./graph/options.ts";
export { type GraphFormat, printGraph } from "./graph/print.ts";
export {
  broadcastShapes,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
  sameShape,
  shapeText,
  sizeOf,
} from "./graph/shape.ts";
export type * from "./graph/shape-types.ts";
export { type DeviceCopy, Storage } from "./graph/storage.ts";
export { type AnyTensor, Tensor } from "./graph/tensor.ts";
export {
  type DerivativesOf,
  isPlainObject,
  mapTree,
  replaceTensors,
  type TensorsOf,
  treeTensors,
} from "./graph/tree.ts";
export { type DebugNumericsOptions, debugNumerics } from "./inspect/debugNumerics.ts";
export { explain } from "./inspect/explain.ts";
export {
  type OpPrecision,
  type OpPrecisionJSON,
  type PrecisionJSON,
  type PrecisionOptions,
  PrecisionReport,
  precision,
} from "./inspect/precision.ts";
export { abs } from "./primitives/abs.ts";
export { add } from "./primitives/add.ts";
export { argmax } from "./primitives/argmax.ts";
export { argsort } from "./primitives/argsort.ts";
export { barrier } from "./primitives/barrier.ts";
export { broadcastTo } from "./primitives/broadcastTo.ts";
export { cast } from "./primitives/cast.ts";
export { checkFinite } from "./primitives/checkFinite.ts";
export { checkIndex } from "./primitives/checkIndex.ts";
export { concat } from "./primitives/concat.ts";
export { cos } from "./primitives/cos.ts";
export { cumsum } from "./primitives/cumsum.ts";
export { div } from "./primitives/div.ts";
export { equal } from "./primitives/equal.ts";
export { erf } from "./primitives/erf.ts";
export { erfc } from "./primitives/erfc.ts";
export { exp } from "./primitives/exp.ts";
export { expm1 } from "./primitives/expm1.ts";
export { floor } from "./primitives/floor.ts";
export { less } from "./primitives/less.ts";
export { log } from "./primitives/log.ts";
export { log1p } from "./primitives/log1p.ts";
export { matmul } from "./primitives/matmul.ts";
export { max } from "./primitives/max.ts";
export { maximum } from "./primitives/maximum.ts";
export { minimum } from "./primitives/minimum.ts";
export { mul } from "./primitives/mul.ts";
export { type PrimitiveName, primitiveNames } from "./primitives/names.ts";
export { neg } from "./primitives/neg.ts";
export { pad } from "./primitives/pad.ts";
export { type PatchesOptions, patches } from "./primitives/patches.ts";
export { pow } from "./primitives/pow.ts";
export { reshape } from "./primitives/reshape.ts";
export { scatterAdd } from "./primitives/scatterAdd.ts";
export { sin } from "./primitives/sin.ts";
export { slice } from "./primitives/slice.ts";
export { sqrt } from "./primitives/sqrt.ts";
export { sub } from "./primitives/sub.ts";
export { sum } from "./primitives/sum.ts";
export { sumPatches } from "./primitives/sumPatches.ts";
export { primitives } from "./primitives/table.ts";
export { take } from "./primitives/take.ts";
export { transpose } from "./primitives/transpose.ts";
export { where } from "./primitives/where.ts";
export type { Backend, Graph, Program } from "./runtime/backend.ts";
export { type Compiled, type CompiledArguments, type CompileOptions, compile } from "./runtime/compile.ts";
export { evaluate, getBackend, setBackend } from "./runtime/evaluate.ts";
export {
  type AnyParameter,
  assignAll,
  ownerOf,
  Parameter,
  type ParameterOptions,
  parameter,
} from "./runtime/parameter.ts";
export { referenceBackend } from "./runtime/reference.ts";
export { inference, isTraining, training } from "./runtime/trace.ts";
export { constantOf, knownNumber, sameValue } from "./stabilise/match.ts";
export { installRules, type Rule, rulesOf, withoutStabilising } from "./stabilise/pass.ts";
