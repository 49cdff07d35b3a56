export {
  type GraphConstraints,
  type GraphOp,
  type GraphProgram,
  type GraphStep,
  graphProgramShape,
  graphPrograms,
  runGraphProgram,
  smoothGraphOps,
} from "./arbitraries/graphs.ts";
export {
  axesOf,
  axisOf,
  broadcastablePairs,
  broadcastableShapes,
  broadcastableTriples,
  permutations,
  type ShapeConstraints,
  shapes,
} from "./arbitraries/shapes.ts";
export { type Domain, dtypes, edgeValues, numbers, tensors, tensorsIn } from "./arbitraries/tensors.ts";
export { engineCases } from "./cases/engine.ts";
export {
  alongAxis,
  broadcasting,
  type CaseOptions,
  interleaved,
  opCase,
  type ReductionOptions,
  reduction,
  type Subject,
  unary,
  unaryWith,
} from "./cases/families.ts";
export {
  caseTitle,
  edgeSamples,
  type OpCase,
  type OpForm,
  OpSample,
  type SampleOptions,
  type Slot,
  smoothSamples,
} from "./cases/op-case.ts";
export { opsCases } from "./cases/ops.ts";
export { type CheckVjpOptions, checkVjp } from "./checkVjp.ts";
export { allowedUlps, disagreement } from "./compare-values.ts";
export { type GradcheckOptions, strict } from "./comparison.ts";
export { type ConformanceCase, type ConformanceOptions, conformance } from "./conformance.ts";
export { gradcheck, gradgradcheck } from "./gradcheck.ts";
export { GradcheckError, type Mismatch } from "./gradcheck-error.ts";
export { jvpcheck } from "./jvpcheck.ts";
export { ulps } from "./ulps.ts";
