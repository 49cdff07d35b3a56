import type { Op } from "@adjoint/tensor";
import { allOp } from "./all.ts";
import { anyOp } from "./any.ts";
import { argminOp } from "./argmin.ts";
import { avgPool2dOp } from "./avgPool2d.ts";
import { clipOp } from "./clip.ts";
import { conv2dOp } from "./conv2d.ts";
import { conv2dInputGradientOp } from "./conv2dInputGradient.ts";
import { conv2dKernelGradientOp } from "./conv2dKernelGradient.ts";
import { coshOp } from "./cosh.ts";
import { countNonZeroOp } from "./countNonZero.ts";
import { eluOp } from "./elu.ts";
import { exp2Op } from "./exp2.ts";
import { expDifferenceOp } from "./expDifference.ts";
import { geluOp } from "./gelu.ts";
import { geluTanhOp } from "./geluTanh.ts";
import { geluTanhGateOp } from "./geluTanhGate.ts";
import { greaterOp } from "./greater.ts";
import { greaterEqualOp } from "./greaterEqual.ts";
import { isFiniteOp } from "./isFinite.ts";
import { isInfiniteOp } from "./isInfinite.ts";
import { isNaNOp } from "./isNaN.ts";
import { layerNormOp } from "./layerNorm.ts";
import { leakyReluOp } from "./leakyRelu.ts";
import { lessEqualOp } from "./lessEqual.ts";
import { log2Op } from "./log2.ts";
import { log10Op } from "./log10.ts";
import { logicalAndOp } from "./logicalAnd.ts";
import { logicalNotOp } from "./logicalNot.ts";
import { logicalOrOp } from "./logicalOr.ts";
import { logicalXorOp } from "./logicalXor.ts";
import { logisticPdfOp } from "./logisticPdf.ts";
import { logSigmoidOp } from "./logSigmoid.ts";
import { logSoftmaxOp } from "./logSoftmax.ts";
import { logSoftmaxDifferenceOp } from "./logSoftmaxDifference.ts";
import { logsumexpOp } from "./logsumexp.ts";
import { logWeightedSumOp } from "./logWeightedSum.ts";
import { maxPool2dOp } from "./maxPool2d.ts";
import { maxPool2dGradientOp } from "./maxPool2dGradient.ts";
import { meanOp } from "./mean.ts";
import { minOp } from "./min.ts";
import { normOp } from "./norm.ts";
import { normalCdfOp } from "./normalCdf.ts";
import { normalizeOp } from "./normalize.ts";
import { normalPdfOp } from "./normalPdf.ts";
import { notEqualOp } from "./notEqual.ts";
import { prodOp } from "./prod.ts";
import { reluOp } from "./relu.ts";
import { remainderOp } from "./remainder.ts";
import { roundOp } from "./round.ts";
import { rsqrtOp } from "./rsqrt.ts";
import { seluOp } from "./selu.ts";
import { sigmoidOp } from "./sigmoid.ts";
import { signOp } from "./sign.ts";
import { siluOp } from "./silu.ts";
import { sinhOp } from "./sinh.ts";
import { softmaxOp } from "./softmax.ts";
import { softplusOp } from "./softplus.ts";
import { stdOp } from "./std.ts";
import { tanOp } from "./tan.ts";
import { tanhOp } from "./tanh.ts";
import { varianceOp } from "./variance.ts";

/** Every composite op of this package by its name: what suites iterate over, beside the `primitives` of the engine. */
export const opRegistry: Readonly<Record<string, Op>> = {
  all: allOp,
  any: anyOp,
  argmin: argminOp,
  avgPool2d: avgPool2dOp,
  clip: clipOp,
  conv2d: conv2dOp,
  conv2dInputGradient: conv2dInputGradientOp,
  conv2dKernelGradient: conv2dKernelGradientOp,
  cosh: coshOp,
  countNonZero: countNonZeroOp,
  elu: eluOp,
  exp2: exp2Op,
  expDifference: expDifferenceOp,
  gelu: geluOp,
  geluTanh: geluTanhOp,
  geluTanhGate: geluTanhGateOp,
  greater: greaterOp,
  greaterEqual: greaterEqualOp,
  isFinite: isFiniteOp,
  isInfinite: isInfiniteOp,
  isNaN: isNaNOp,
  layerNorm: layerNormOp,
  leakyRelu: leakyReluOp,
  lessEqual: lessEqualOp,
  log10: log10Op,
  log2: log2Op,
  logicalAnd: logicalAndOp,
  logicalNot: logicalNotOp,
  logicalOr: logicalOrOp,
  logicalXor: logicalXorOp,
  logisticPdf: logisticPdfOp,
  logSigmoid: logSigmoidOp,
  logSoftmax: logSoftmaxOp,
  logSoftmaxDifference: logSoftmaxDifferenceOp,
  logsumexp: logsumexpOp,
  logWeightedSum: logWeightedSumOp,
  maxPool2d: maxPool2dOp,
  maxPool2dGradient: maxPool2dGradientOp,
  mean: meanOp,
  min: minOp,
  norm: normOp,
  normalize: normalizeOp,
  normalCdf: normalCdfOp,
  normalPdf: normalPdfOp,
  notEqual: notEqualOp,
  prod: prodOp,
  relu: reluOp,
  remainder: remainderOp,
  round: roundOp,
  rsqrt: rsqrtOp,
  selu: seluOp,
  sigmoid: sigmoidOp,
  sign: signOp,
  silu: siluOp,
  sinh: sinhOp,
  softmax: softmaxOp,
  softplus: softplusOp,
  std: stdOp,
  tan: tanOp,
  tanh: tanhOp,
  variance: varianceOp,
};
